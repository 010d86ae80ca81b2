namespace ConsulConnect.DevAgent.Acl;

/// <param name="Resource">As in a policy: <c>service</c>, <c>intentions</c>, <c>node</c>, <c>agent</c>, <c>query</c>, <c>operator</c>.</param>
/// <param name="Name">The exact name, or the prefix.</param>
internal sealed record AclRule(string Resource, string Name, bool IsPrefix, AccessLevel Access)
{
    public bool Covers(string name) => IsPrefix ? name.StartsWith(Name, StringComparison.Ordinal) : name == Name;
}
