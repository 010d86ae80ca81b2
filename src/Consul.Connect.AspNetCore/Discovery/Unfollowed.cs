namespace ConsulConnect.Discovery;

/// <summary>In place of one that is not followed, because too many are.</summary>
internal sealed class Unfollowed : Follower
{
    public Unfollowed(TimeProvider time, string why) : base(time, isEnded: true) => Publish(new([], why));

    public override string? LastError => null;

    public override void Start()
    {
    }

    public override void DialFailed()
    {
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
