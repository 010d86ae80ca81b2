using System.Formats.Asn1;
using System.Text;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class APeerWithOddNames
{
    private const string Mesh = "spiffe://" + TestCa.DefaultTrustDomain;
    private const string Web = Mesh + "/ns/default/dc/dc1/svc/web";

    private readonly TestCa _ca = TestCa.Create();
    private readonly MeshCredentials _us;

    public APeerWithOddNames() => _us = Given.Credentials(_ca);

    [Theory]
    [InlineData(Web, Mesh + "/ns/default/dc/dc1/svc/db")]
    [InlineData(Web, Web)]
    [InlineData(Web, "https://example.com/")]
    public void Is_refused_with_two_URIs(params string[] uris) =>
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.UriNames = uris).Refusal);

    [Fact]
    public void Is_refused_with_DNS_names_alone() =>
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => { o.UriNames = []; o.DnsNames.Add("web"); }).Refusal);

    [Fact]
    public void Is_refused_without_names() =>
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.UriNames = []).Refusal);

    [Fact]
    public void Is_accepted_with_DNS_names_beside_its_URI() =>
        Assert.Equal("web", Verdict(o => { o.DnsNames.Add("web.local"); o.DnsNames.Add("localhost"); }).Peer?.Service);

    [Theory]
    [InlineData("web\0x")]
    [InlineData("web\n")]
    [InlineData("wéb")]
    public void Is_refused_with_bytes_no_URI_has(string service)
    {
        var bytes = Encoding.Latin1.GetBytes(Mesh + "/ns/default/dc/dc1/svc/" + service);

        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.RawNames = Names(bytes, tag: 6)).Refusal);
    }

    [Fact]
    public void Is_refused_when_its_SPIFFE_ID_is_a_mail_address() =>
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.RawNames = Names(Encoding.ASCII.GetBytes(Web), tag: 1)).Refusal);

    [Theory]
    [InlineData(new byte[] { 0x30, 0x03, 0x86 })]
    [InlineData(new byte[] { 0x04, 0x00 })]
    [InlineData(new byte[] { 0x30, 0x00, 0x00 })]
    public void Is_refused_with_names_that_cannot_be_read(byte[] names) =>
        Assert.Null(Verdict(o => o.RawNames = names).Peer);

    [Theory]
    [InlineData("SPIFFE://" + TestCa.DefaultTrustDomain + "/ns/default/dc/dc1/svc/web")]
    [InlineData("spiffe:/" + TestCa.DefaultTrustDomain + "/ns/default/dc/dc1/svc/web")]
    [InlineData("spiffe:///ns/default/dc/dc1/svc/web")]
    [InlineData("spiffe://u:p@" + TestCa.DefaultTrustDomain + "/ns/default/dc/dc1/svc/web")]
    [InlineData("spiffe://" + TestCa.DefaultTrustDomain + ":8443/ns/default/dc/dc1/svc/web")]
    [InlineData("spiffe://11111111%2D2222.consul/ns/default/dc/dc1/svc/web")]
    [InlineData(Web + "?x=1")]
    [InlineData(Web + "#x")]
    [InlineData(Web + "/")]
    [InlineData(Web + " ")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/..")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/.")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/*")]
    [InlineData(Mesh + "/ns/*/dc/dc1/svc/web")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/we%2fb")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/w%2565b")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/web~1")]
    [InlineData(Mesh + "/dc/dc1/ns/default/svc/web")]
    [InlineData(Mesh + "/ns/default/sa/web")]
    [InlineData(Mesh + "/ap/a/ap/b/ns/default/dc/dc1/svc/web")]
    [InlineData(Mesh + "/ap/ns/default/dc/dc1/svc/web")]
    [InlineData(Mesh + "/ns/default/dc/dc1/svc/web/a/b/c/d/e/f/g/h")]
    public void Is_refused_with_a_SPIFFE_ID_that_Consul_would_not_write(string uri)
    {
        var verdict = Verdict(o => o.UriNames = [uri]);

        Assert.Equal(PeerRefusal.SpiffeId, verdict.Refusal);
        Assert.DoesNotContain("web", verdict.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void Is_judged_by_the_length_of_its_URI(int length, bool accepted)
    {
        var prefix = Mesh + "/ns/default/dc/dc1/svc/";

        Assert.Equal(accepted ? PeerRefusal.None : PeerRefusal.SpiffeId, Verdict(o => o.UriNames = [prefix + new string('a', length - prefix.Length)]).Refusal);
    }

    [Theory]
    [InlineData(null, "default", Web)]
    [InlineData("default", "default", Web)]
    [InlineData("Default", "default", Web)]
    [InlineData("Team-A", "team-a", Mesh + "/ap/team-a/ns/default/dc/dc1/svc/web")]
    public void Has_one_canonical_identity_whatever_its_partitions_spelling(string? partition, string canonical, string spiffeId)
    {
        var peer = Verdict(o => o.Partition = partition).Peer!;

        Assert.Equal((canonical, spiffeId), (peer.Partition, peer.SpiffeId));
    }

    [Theory]
    [InlineData(new byte[] { 0x08 }, "08")]
    [InlineData(new byte[] { 0x0A, 0x1B, 0xFF }, "0a:1b:ff")]
    public void Has_its_serial_number_in_Consuls_form(byte[] serial, string text) =>
        Assert.Equal(text, Verdict(o => o.SerialNumber = serial).Peer!.SerialNumber);

    private PeerVerdict Verdict(Action<TestCaLeafOptions> configure) => _us.Verdict(_ca.IssueLeaf("web", configure));

    private static byte[] Names(byte[] name, int tag)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteOctetString(name, new(TagClass.ContextSpecific, tag));
        return writer.Encode();
    }
}
