using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Certificates;

/// <summary>As when an agent restarts with a CA of its own making.</summary>
public sealed class TheTrustDomainChanges : IAsyncDisposable
{
    private readonly Pairing _pairing = new();
    private readonly TestCa _old = TestCa.Create();
    private readonly TestCa _new = TestCa.Create("99991111-2222-3333-4444-555555555555.consul");

    public TheTrustDomainChanges()
    {
        _pairing.Roots(_old);
        _pairing.Leaf(_old.IssueLeaf("api"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_old_pair_stays_whole_until_the_new_one_is_there(bool rootsFirst)
    {
        var before = _pairing.Current!;
        var leaf = _new.IssueLeaf("api");

        Assert.Null(rootsFirst ? _pairing.Roots(_new) : _pairing.Leaf(leaf));

        Assert.Same(before, _pairing.Current);
        Assert.Contains(_new.TrustDomain, _pairing.LastError, StringComparison.Ordinal);
        Assert.NotNull(before.Verdict(_old.IssueLeaf("web")).Peer);

        Assert.Null(rootsFirst ? _pairing.Leaf(leaf) : _pairing.Roots(_new));

        Assert.Equal((_new.TrustDomain, _new.TrustDomain), (_pairing.Current!.TrustDomain, _pairing.Current.Self.TrustDomain));
        Assert.Null(_pairing.Current.Verdict(_old.IssueLeaf("web")).Peer);
        Assert.NotNull(_pairing.Current.Verdict(_new.IssueLeaf("web")).Peer);
        Assert.Null(_pairing.LastError);
    }

    [Fact]
    public void A_leaf_of_the_old_one_is_never_shown_beside_the_new_roots()
    {
        _pairing.Roots(_new);

        _pairing.Leaf(_old.IssueLeaf("api"));

        Assert.All(_pairing.Publications, pair => Assert.Equal(pair.TrustDomain, pair.Self.TrustDomain));
        Assert.Single(_pairing.Publications);
        Assert.NotNull(_pairing.LastError);
    }

    [Fact]
    public void Roots_that_no_longer_hold_our_leaf_wait_for_the_next_one()
    {
        var other = TestCa.Create();
        var before = _pairing.Current;

        _pairing.Roots(other);
        Assert.Same(before, _pairing.Current);
        Assert.Contains("does not chain", _pairing.LastError, StringComparison.Ordinal);

        _pairing.Leaf(other.IssueLeaf("api"));
        Assert.Equal(1, _pairing.Current!.RootCount);
        Assert.Null(_pairing.Current.Verdict(_old.IssueLeaf("web")).Peer);
    }

    [Fact]
    public void Roots_that_come_back_hold_the_old_leaf_again()
    {
        _pairing.Roots(_new);

        _pairing.Roots(_old);

        Assert.Null(_pairing.LastError);
        Assert.Equal(_old.TrustDomain, _pairing.Current!.TrustDomain);
    }

    public ValueTask DisposeAsync() => _pairing.DisposeAsync();
}
