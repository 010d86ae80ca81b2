namespace ConsulConnect.Intentions;

/// <summary>Refuses requests that rules cannot be asked about, before any is. The sentences hold nothing of the request.</summary>
internal sealed class RequestRefusals(string service)
{
    private readonly IntentionDecision _malformed = new(false, DecisionReason.MalformedRequest,
        $"The request to \"{service}\" is malformed: its target or a header holds what no rule can be asked about.");

    private readonly IntentionDecision _ambiguous = new(false, DecisionReason.AmbiguousTarget,
        $"The path of the request to \"{service}\" can be read in more than one way, and an intention is about paths.");

    private readonly IntentionDecision _noHost = new(false, DecisionReason.AmbiguousTarget,
        $"The request to \"{service}\" names no host, and an intention is about hosts.");

    private readonly IntentionDecision _oddHeader = new(false, DecisionReason.AmbiguousTarget,
        $"The request to \"{service}\" has a header whose name is none, and an intention is about headers.");

    private readonly IntentionDecision _disagreement = new(false, DecisionReason.PathDisagreement,
        $"The server reads another path in the request to \"{service}\" than rules would, and an intention is about paths.");

    private readonly IntentionDecision _redirect = new(false, DecisionReason.EnvoyRedirect, $"Envoy redirects the request to \"{service}\" to its unescaped path.");

    private readonly IntentionDecision _noRoute = new(false, DecisionReason.EnvoyNoRoute, $"Envoy has no route for the request to \"{service}\".");

    public IntentionDecision? Find(ref RequestState state, RuleSubjects subjects)
    {
        switch (state.Read(subjects.Paths))
        {
            case TargetFault.Malformed:
                return _malformed;
            case TargetFault.Ambiguous:
                return _ambiguous;
            case TargetFault.Redirect:
                return _redirect;
            case TargetFault.NoRoute:
                return _noRoute;
        }

        if (subjects.Hosts && state.Authority.IsEmpty)
            return _noHost;
        if (state.LikeEnvoy)
            return null;
        if (subjects.Headers && state.Request.Headers.HaveIllegalNames)
            return _oddHeader;
        return subjects.Paths && !state.AgreesWithServer() ? _disagreement : null;
    }
}
