using Consul;
using ConsulConnect;

namespace SomeApp;

public class AnAppWithTheConsulClient
{
    [Fact]
    public void Says_Connect_and_ConnectPeer_in_one_file()
    {
        // That this compiles is the promise; a namespace Consul.Connect on our side would hide the class of that name.
        var theirs = new Connect();
        var ours = ConnectPeer.Create("web");

        Assert.Equal("Consul.Connect", theirs.GetType().FullName);
        Assert.Equal("ConsulConnect.ConnectPeer", ours.GetType().FullName);
        Assert.DoesNotContain(typeof(ConnectPeer).Assembly.GetTypes(), type =>
            type.Namespace == "Consul" || type.Namespace?.StartsWith("Consul.", StringComparison.Ordinal) == true);
    }
}
