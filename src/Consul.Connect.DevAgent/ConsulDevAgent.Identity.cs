using ConsulConnect.DevAgent.Authority;
using ConsulConnect.DevAgent.Connect;

namespace ConsulConnect.DevAgent;

// Certificates and tokens.
public sealed partial class ConsulDevAgent
{
    /// <summary>The mesh's trust domain.</summary>
    public string TrustDomain => _core.Authority.TrustDomain;

    /// <summary>Issues a leaf of its own to a service, registered or not.</summary>
    /// <param name="service">The service's name.</param>
    public Task<ConsulDevLeaf> IssueLeafAsync(string service)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        var leaf = _core.Authority.Issue(service);
        return Task.FromResult(new ConsulDevLeaf(leaf.CertificatePem, leaf.PrivateKeyPem, leaf.Uri, _core.Authority.Current.Roots.Select(root => root.Pem)));
    }

    /// <summary>
    /// Gives the mesh a new root, signed across by the old one, and returns its id. Roots follow at once, leaves within
    /// <see cref="ConsulDevAgentOptions.LeafRootChangeSpread"/>.
    /// </summary>
    /// <param name="removeOld">True: the new root alone is listed, as after the old one's retirement; leaves of the old one are worthless at once.</param>
    public Task<string> RotateRootAsync(bool removeOld = false) => Task.FromResult(_core.Authority.Rotate(CaKey.Create("ec", 256), removeOld: removeOld).Id);

    /// <summary>
    /// A client that calls as this service: it presents the service's leaf, and accepts whoever shows a leaf of this mesh, under any
    /// host name. New connections use the newest leaf and roots. It dials the address it is given; names of the mesh it does not know.
    /// </summary>
    /// <param name="service">The caller's name.</param>
    public HttpClient CreateHttpClient(string service)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return new(new SocketsHttpHandler { UseProxy = false, ConnectCallback = new MeshDialer(_core, service).ConnectAsync });
    }

    /// <summary>Makes a token known, with rules in Consul's policy language; an earlier one of this secret is replaced.</summary>
    /// <param name="secret">The token.</param>
    /// <param name="rules">Such as <c>service "web" { policy = "write" }</c>.</param>
    /// <exception cref="FormatException">The rules cannot be read.</exception>
    public void AddToken(string secret, string rules)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        ArgumentNullException.ThrowIfNull(rules);
        _core.Acl.Add(secret, Acl.AclRulesReader.Read(rules));
    }

    /// <summary>The same for a token that expires, as one of Consul's with an expiration time: from then on it is unknown, and until then <c>/v1/acl/token/self</c> says when that is.</summary>
    /// <param name="secret">The token.</param>
    /// <param name="rules">As above.</param>
    /// <param name="life">For how long, by the agent's clock; more than zero.</param>
    /// <exception cref="FormatException">The rules cannot be read.</exception>
    public void AddToken(string secret, string rules, TimeSpan life)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(life, TimeSpan.Zero);
        _core.Acl.Add(secret, Acl.AclRulesReader.Read(rules), life);
    }

    /// <summary>Makes a token known that may do all that a service of the mesh needs, as one of Consul's service identities.</summary>
    /// <param name="secret">The token.</param>
    /// <param name="service">The service's name.</param>
    public void AddServiceToken(string secret, string service) => AddToken(secret, Acl.AclRulesReader.OfServiceIdentity(service));

    /// <summary>Forgets a token: from now on it is answered 403. False: it was not known.</summary>
    /// <param name="secret">The token.</param>
    public bool RevokeToken(string secret) => _core.Acl.Remove(secret);
}
