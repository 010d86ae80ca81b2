namespace ConsulConnect.DevAgent.Acl;

internal enum AccessLevel
{
    Deny,
    Read,
    Write,
}
