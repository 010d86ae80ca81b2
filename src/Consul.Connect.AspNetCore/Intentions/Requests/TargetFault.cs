namespace ConsulConnect.Intentions;

/// <summary>Why rules cannot be asked about a request target.</summary>
internal enum TargetFault
{
    None,

    /// <summary>No rule set could read it: 400, always.</summary>
    Malformed,

    /// <summary>It can be read in more than one way: 400 while a rule is about paths.</summary>
    Ambiguous,

    /// <summary>Envoy sends the caller to the unescaped path. Only like Envoy.</summary>
    Redirect,

    /// <summary>Envoy knows no route for it and asks no rule. Only like Envoy.</summary>
    NoRoute,
}
