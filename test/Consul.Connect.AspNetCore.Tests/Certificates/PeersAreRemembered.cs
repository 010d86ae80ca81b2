using ConsulConnect.Certificates;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

public class PeersAreRemembered
{
    private readonly TestCa _ca = TestCa.Create();

    [Fact]
    public void A_known_certificate_yields_the_same_peer_without_being_read_again()
    {
        var us = Given.Credentials(_ca);
        var leaf = _ca.IssueLeaf("web");

        Assert.Same(us.Verdict(leaf).Peer, us.Verdict(leaf).Peer);
        Assert.NotSame(us.Verdict(leaf).Peer, us.Verdict(_ca.IssueLeaf("web")).Peer);
    }

    [Fact]
    public void A_good_caller_is_not_thereby_a_good_upstream()
    {
        var us = Given.Credentials(_ca);
        var leaf = _ca.IssueLeaf("web", o => o.Purposes = [TestCaLeafOptions.ClientAuth]);

        Assert.NotNull(us.Verdict(leaf).Peer);
        Assert.Null(us.Verdict(leaf, PeerRole.Upstream).Peer);
    }

    [Fact]
    public void A_known_certificate_still_needs_a_good_chain()
    {
        var us = Given.Credentials(_ca);
        var intermediate = _ca.IssueIntermediate();
        var leaf = intermediate.IssueLeaf("web");
        Assert.NotNull(us.Verdict(leaf).Peer);

        Assert.Equal(PeerRefusal.Chain, us.Verdict(leaf.With()).Refusal);
    }

    [Fact]
    public void A_refused_certificate_is_not_remembered()
    {
        var us = Given.Credentials(_ca);

        us.Verdict(_ca.IssueLeaf("web", o => o.TrustDomain = "other.consul"));

        Assert.Equal(0, us.Verified.Count);
    }

    [Fact]
    public void A_flood_of_peers_does_not_grow_the_memory()
    {
        var verified = new VerifiedPeers();
        var peer = ConnectPeer.Create("web");
        for (var i = 0; i < 50_000; i++)
            verified.Remember(new((UInt128)i, 0, PeerRole.Caller), peer);

        Assert.InRange(verified.Count, 1, VerifiedPeers.Capacity);
        Assert.NotNull(verified.Find(new(49_999, 0, PeerRole.Caller)));
        Assert.Null(verified.Find(new(0, 0, PeerRole.Caller)));
    }

    [Fact]
    public void Many_threads_may_read_and_remember_at_once()
    {
        var verified = new VerifiedPeers();
        var peers = Enumerable.Range(0, 3000).Select(i => ConnectPeer.Create($"s{i}")).ToArray();

        Parallel.For(0, 100_000, i =>
        {
            var key = new VerifiedPeers.Key((UInt128)(i % 3000), 0, PeerRole.Caller);
            if (verified.Find(key) is { } found)
                Assert.Same(peers[i % 3000], found);
            else
                verified.Remember(key, peers[i % 3000]);
        });

        Assert.InRange(verified.Count, 1, VerifiedPeers.Capacity);
    }
}
