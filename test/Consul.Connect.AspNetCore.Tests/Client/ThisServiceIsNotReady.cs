using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

public class ThisServiceIsNotReady
{
    private readonly TestCa _authority = TestCa.Create();

    [Fact]
    [Trait("Case", "CLI-006")]
    public async Task Without_a_certificate_nothing_is_dialed_and_the_wait_is_bounded()
    {
        await using var server = new RogueServer(_ => Task.CompletedTask);
        await using var client = await MeshClient.StartAsync(_authority, options =>
        {
            options.Connect.Certificates!.CaFile = options.Connect.Certificates.KeyFile;
            options.Connect.HandshakeTimeout = TimeSpan.FromMilliseconds(200);
        }, isReady: false);
        client.Logs.Expect("FilesRejected");
        client.Instances.Are("payments", server.Port);
        using var http = client.CreateHttp();

        var failure = Assert.IsType<ConnectDialException>((await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"))).InnerException);

        Assert.Equal(ConnectDialError.NotReady, failure.Error);
        Assert.Contains("\"web\" is not ready to call payments.service.consul: it has had no certificate for 0.2 s", failure.Message);
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task Past_the_end_of_its_own_leaf_it_dials_nobody()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var server = new RogueServer(_ => Task.CompletedTask);
        await using var client = await MeshClient.StartAsync(_authority, time: time);
        client.Logs.Expect("FilesRejected");
        client.Instances.Are("payments", server.Port);

        time.Jump(TimeSpan.FromDays(4));
        var failure = await Assert.ThrowsAsync<ConnectDialException>(() => client.Service.DialAsync(ConnectTarget.Service("payments")));

        Assert.Equal(ConnectDialError.NotReady, failure.Error);
        Assert.Contains("its own leaf ended at", failure.Message);
        Assert.Equal(0, server.Accepted);
    }
}
