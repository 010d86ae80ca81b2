using ConsulConnect.Agent;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Agent;

/// <summary>Who writes a file in place empties it first, and may be seen doing so.</summary>
public sealed class ATokenFileWrittenInPlace : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly ExpectedLogs _logs = new();
    private readonly TokenFile _file;

    public ATokenFileWrittenInPlace()
    {
        File.WriteAllText(_path, "first");
        _file = new(null, _path, _logs.Provider.CreateLogger("test"));
        _file.Reread();
    }

    public void Dispose()
    {
        _logs.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Is_no_news_while_it_is_empty_for_a_moment()
    {
        File.WriteAllText(_path, "");
        Assert.False(_file.Reread());
        File.WriteAllText(_path, "second");

        Assert.True(_file.Reread());
        Assert.Equal("second", _file.Current);
        Assert.DoesNotContain(_logs.Entries, entry => entry.Event.Name == "TokenFileUnusable");
    }

    [Fact]
    public void Is_said_to_be_unusable_once_when_it_stays_so_and_the_old_token_goes_on()
    {
        _logs.Expect("TokenFileUnusable");
        File.WriteAllText(_path, "");

        for (var look = 0; look < 4; look++)
            Assert.False(_file.Reread());

        Assert.Single(_logs.Entries, entry => entry.Event.Name == "TokenFileUnusable");
        Assert.Equal("first", _file.Current);
    }
}
