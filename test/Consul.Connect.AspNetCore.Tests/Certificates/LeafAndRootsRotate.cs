using ConsulConnect.Certificates;
using ConsulConnect.TestKit;
using Microsoft.Extensions.Logging;

namespace ConsulConnect.Tests.Certificates;

public sealed class LeafAndRootsRotate : IAsyncDisposable
{
    private readonly Pairing _pairing = new();
    private readonly TestCa _old = TestCa.Create();
    private readonly TestCa _new = TestCa.Create();

    [Theory, InlineData(true), InlineData(false)]
    public async Task The_first_pair_is_published_whichever_comes_first(bool rootsFirst)
    {
        var waiting = _pairing.WaitAsync(CancellationToken.None);
        var leaf = _old.IssueLeaf("api");

        Assert.Null(rootsFirst ? _pairing.Roots(_old) : _pairing.Leaf(leaf));
        Assert.Null(_pairing.Current);
        Assert.Null(_pairing.LastError);
        Assert.Null(rootsFirst ? _pairing.Leaf(leaf) : _pairing.Roots(_old));

        Assert.Same(_pairing.Current, await waiting);
        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
        Assert.Equal(1, _pairing.Current.Generation);
    }

    [Fact]
    public void New_roots_hold_at_once_and_do_not_wait_for_the_new_leaf()
    {
        var before = Started();

        Assert.Null(_pairing.Roots(_new, _old));

        var after = _pairing.Current!;
        Assert.NotSame(before, after);
        Assert.Same(before.Leaf, after.Leaf);
        Assert.Same(before.Context, after.Context);
        Assert.Equal((2, 2), (after.RootCount, (int)after.Generation));
        Assert.NotNull(after.Verdict(_new.IssueLeaf("web")).Peer);
        Assert.Null(_pairing.LastError);
    }

    [Fact]
    public void The_leaf_of_the_new_root_follows_later()
    {
        Started();
        _pairing.Roots(_new, _old);
        var leaf = _new.IssueLeaf("api").With(_old.CrossSign(_new));

        Assert.Null(_pairing.Leaf(leaf));

        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
        Assert.Equal(2, _pairing.Current.RootCount);
    }

    [Fact]
    public void A_leaf_that_comes_before_its_root_waits_for_it()
    {
        var before = Started();
        var leaf = _new.IssueLeaf("api");

        Assert.Null(_pairing.Leaf(leaf));
        Assert.Same(before, _pairing.Current);
        Assert.Contains("does not chain", _pairing.LastError, StringComparison.Ordinal);

        Assert.Null(_pairing.Roots(_new, _old));
        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
        Assert.Equal(2, _pairing.Publications.Count);
        Assert.Null(_pairing.LastError);
    }

    [Fact]
    public void A_leaf_that_comes_before_its_root_is_usable_at_once_with_the_cross_signed_root()
    {
        Started();
        var leaf = _new.IssueLeaf("api").With(_old.CrossSign(_new));

        _pairing.Leaf(leaf);

        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
    }

    [Fact]
    public void Peers_stay_verified_while_the_roots_stay_and_are_forgotten_with_them()
    {
        var first = Started();
        _pairing.Leaf(_old.IssueLeaf("api"));
        Assert.Same(first.Verified, _pairing.Current!.Verified);

        _pairing.Roots(_new, _old);
        Assert.NotSame(first.Verified, _pairing.Current!.Verified);
    }

    [Fact]
    public void What_has_not_changed_is_not_published_again()
    {
        var leaf = _old.IssueLeaf("api");
        _pairing.Roots(_old, _new);
        _pairing.Leaf(leaf);

        Assert.Null(_pairing.Leaf(leaf));
        Assert.Null(_pairing.Roots(_new, _old));

        Assert.Single(_pairing.Publications);
    }

    [Fact]
    public void A_leaf_that_can_never_be_used_leaves_the_old_pair_in_use()
    {
        var before = Started();

        Assert.NotNull(_pairing.Leaf(_old.IssueLeaf("web")));
        Assert.NotNull(_pairing.Leaf(_old.IssueLeaf("api", o => (o.NotBefore, o.NotAfter) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(-1)))));

        Assert.Same(before, _pairing.Current);
    }

    [Fact]
    public void A_leaf_from_a_clock_ahead_is_taken_once_its_time_has_come()
    {
        var before = Started();
        var leaf = _old.IssueLeaf("api", o => o.NotBefore = _pairing.Time.GetUtcNow().AddMinutes(2));
        Assert.Null(_pairing.Leaf(leaf));
        Assert.Same(before, _pairing.Current);
        Assert.Contains("is a clock wrong?", _pairing.LastError, StringComparison.Ordinal);

        _pairing.Time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
        Assert.Null(_pairing.LastError);
        Assert.Equal(0, _pairing.Time.Timers);
    }

    [Fact]
    public void A_leaf_of_a_root_from_a_clock_ahead_is_taken_once_its_time_has_come()
    {
        var before = Started();
        var ahead = TestCa.Create(configure: o => o.NotBefore = _pairing.Time.GetUtcNow().AddSeconds(8));
        var leaf = ahead.IssueLeaf("api");
        Assert.Null(_pairing.Roots(ahead, _old));
        Assert.Null(_pairing.Leaf(leaf));
        Assert.Same(before.Leaf, _pairing.Current!.Leaf);

        _pairing.Time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(leaf.Certificate.Thumbprint, _pairing.Current!.Leaf.Thumbprint);
    }

    [Fact]
    public void Roots_that_cannot_be_used_leave_the_old_pair_in_use()
    {
        var before = Started();

        Assert.NotNull(_pairing.Offer(Given.Roots(_old) with { Roots = [] }));

        Assert.Same(before, _pairing.Current);
    }

    [Fact]
    public void Old_certificates_are_left_to_handshakes_under_way()
    {
        var first = Started();
        for (var i = 0; i < 20; i++)
            _pairing.Leaf(_old.IssueLeaf("api"));

        Assert.NotNull(first.Verdict(_old.IssueLeaf("web")).Peer);
        Assert.True(first.Leaf.HasPrivateKey);
        Assert.Equal(21, _pairing.Current!.Generation);
    }

    [Fact]
    public void Each_change_is_logged_once()
    {
        Started();
        _pairing.Roots(_new, _old);
        _pairing.Roots(_old, _new);
        _pairing.Leaf(_new.IssueLeaf("api"));
        var stranger = TestCa.Create().IssueLeaf("api");
        _pairing.Leaf(stranger);
        _pairing.Leaf(stranger);

        Assert.Equal([201, 200, 201, 200, 202], _pairing.Log.Ids);
        Assert.DoesNotContain(_pairing.Log.Lines, line => line.Level > LogLevel.Information);
    }

    public ValueTask DisposeAsync() => _pairing.DisposeAsync();

    private MeshCredentials Started()
    {
        _pairing.Roots(_old);
        _pairing.Leaf(_old.IssueLeaf("api"));
        return _pairing.Current!;
    }
}
