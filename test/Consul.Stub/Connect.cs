namespace Consul;

/// <summary>What the well-known client library has under this name, and why no namespace may be called <c>Consul.Connect</c>.</summary>
public class Connect;
