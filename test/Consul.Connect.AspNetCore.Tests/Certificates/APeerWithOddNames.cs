using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsulConnect.Certificates;
using ConsulConnect.TestKit;
using ConsulConnect.Tests.Intentions;

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
    [Trait("Case", "IDN-003")]
    [Trait("Case", "IDN-004")]
    [Trait("Case", "IDN-005")]
    public void Is_refused_with_two_URIs(params string[] uris) =>
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.UriNames = uris).Refusal);

    [Fact]
    [Trait("Case", "IDN-002")]
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
    [InlineData("web\u001b[31m")]
    [InlineData("wéb")]
    [Trait("Case", "IDN-008")]
    [Trait("Case", "IDN-009")]
    [Trait("Case", "IDN-023")]
    public void Is_refused_with_bytes_no_URI_has(string service)
    {
        var bytes = Encoding.Latin1.GetBytes(Mesh + "/ns/default/dc/dc1/svc/" + service);

        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.RawNames = Names(bytes, tag: 6)).Refusal);
    }

    [Fact]
    [Trait("Case", "IDN-007")]
    public void Is_refused_when_its_SPIFFE_ID_is_a_name_of_another_kind()
    {
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.RawNames = Names(Encoding.ASCII.GetBytes(Web), tag: 1)).Refusal);
        Assert.Equal(PeerRefusal.SubjectAlternativeName, Verdict(o => o.RawNames = OtherName(Web)).Refusal);
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0x03, 0x86 })]
    [InlineData(new byte[] { 0x04, 0x00 })]
    [InlineData(new byte[] { 0x30, 0x00, 0x00 })]
    public void Is_refused_with_names_that_cannot_be_read(byte[] names) =>
        Assert.Null(Verdict(o => o.RawNames = names).Peer);

    [Theory]
    [InlineData("Spiffe://" + TestCa.DefaultTrustDomain + "/ns/default/dc/dc1/svc/web")]
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
    [Trait("Case", "IDN-012")]
    [Trait("Case", "IDN-013")]
    [Trait("Case", "IDN-020")]
    [Trait("Case", "IDN-021")]
    [Trait("Case", "IDN-022")]
    [Trait("Case", "IDN-023")]
    [Trait("Case", "IDN-024")]
    [Trait("Case", "IDN-025")]
    [Trait("Case", "IDN-028")]
    [Trait("Case", "IDN-031")]
    [Trait("Case", "IDN-032")]
    [Trait("Case", "IDN-034")]
    [Trait("Case", "IDN-035")]
    [Trait("Case", "IDN-042")]
    [Trait("Case", "IDN-044")]
    public void Is_refused_with_a_SPIFFE_ID_that_Consul_would_not_write(string uri)
    {
        var verdict = Verdict(o => o.UriNames = [uri]);

        Assert.Equal(PeerRefusal.SpiffeId, verdict.Refusal);
        Assert.DoesNotContain("web", verdict.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    [Trait("Case", "IDN-010")]
    public void Is_judged_by_the_length_of_its_URI(int length, bool accepted)
    {
        var prefix = Mesh + "/ns/default/dc/dc1/svc/";

        Assert.Equal(accepted ? PeerRefusal.None : PeerRefusal.SpiffeId, Verdict(o => o.UriNames = [prefix + new string('a', length - prefix.Length)]).Refusal);
    }

    [Fact]
    [Trait("Case", "IDN-053")]
    public void Is_refused_in_words_that_hold_nothing_it_made_up()
    {
        string[] made = [Mesh + "/ns/default/dc/dc1/svc/web\r\nforged: line\u001b[31m", Mesh + "/svc/<made-up>", "spiffe://" + new string('m', 250) + "/ns/default/dc/dc1/svc/web"];

        Assert.All(made, uri =>
        {
            var detail = Verdict(o => o.RawNames = Names(Encoding.Latin1.GetBytes(uri), tag: 6)).Detail!;

            Assert.DoesNotContain(detail, char.IsControl);
            Assert.DoesNotContain("forged", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("made-up", detail, StringComparison.Ordinal);
            Assert.InRange(detail.Length, 1, 256);
        });
    }

    [Theory]
    [InlineData(null, "default", Web)]
    [InlineData("default", "default", Web)]
    [InlineData("Default", "default", Web)]
    [InlineData("Team-A", "team-a", Mesh + "/ap/team-a/ns/default/dc/dc1/svc/web")]
    [Trait("Case", "IDN-046")]
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

    [Fact]
    [Trait("Case", "IDN-054")]
    public void Is_the_same_caller_with_either_of_its_certificates()
    {
        var (one, other) = (Verdict(o => o.SerialNumber = [0x0A]).Peer!, Verdict(o => o.SerialNumber = [0x0A, 0x1B]).Peer!);

        Assert.Equal((one.SpiffeId, one.Service, "0a", "0a:1b"), (other.SpiffeId, other.Service, one.SerialNumber, other.SerialNumber));
        Assert.All([Policy.Set(Policy.Allow("web")), Policy.Set(Policy.Deny("web"))], set => Assert.Equal(set.Decide(one), set.Decide(other)));
    }

    [Fact]
    [Trait("Case", "IDN-055")]
    public void Is_not_an_exception_whatever_its_serial_number_is()
    {
        byte[] marked = [0x5A, 0xA5, 0x5A, 0xA5];
        var leaf = _ca.IssueLeaf("web", o => o.SerialNumber = marked).Certificate.RawData;

        Assert.All<byte[]>([[0x80, 0x00, 0x00, 0x01], [0xFE, 0xA5, 0x5A, 0xA5]], serial =>
        {
            // Its signature no longer holds; what is read here is read before anybody asks for the chain's word.
            var bytes = leaf.ToArray();
            serial.CopyTo(bytes, bytes.AsSpan().IndexOf(marked));
            IsReadOrRefused(bytes);
        });
        IsReadOrRefused(_ca.IssueLeaf("web", o => o.SerialNumber = [0x00]).Certificate.RawData);
        IsReadOrRefused(_ca.IssueLeaf("web", o => o.SerialNumber = [.. Enumerable.Repeat((byte)0x7F, 40)]).Certificate.RawData);
    }

    private static void IsReadOrRefused(byte[] certificate)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(certificate);

        var verdict = PeerVerifier.Read(leaf, TestCa.DefaultTrustDomain, PeerRole.Caller);

        Assert.True(verdict.Peer is null || verdict.Peer.SerialNumber.Split(':').All(pair => pair.Length == 2 && pair.All(char.IsAsciiHexDigitLower)), verdict.Peer?.SerialNumber);
    }

    private PeerVerdict Verdict(Action<TestCaLeafOptions> configure) => _us.Verdict(_ca.IssueLeaf("web", configure));

    private static byte[] Names(byte[] name, int tag)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteOctetString(name, new(TagClass.ContextSpecific, tag));
        return writer.Encode();
    }

    private static byte[] OtherName(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteObjectIdentifier("1.3.6.1.4.1.99999.3");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        }

        return writer.Encode();
    }
}
