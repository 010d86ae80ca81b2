using System.Collections.Concurrent;
using System.Net.Security;
using ConsulConnect.TestKit;

namespace ConsulConnect.Tests.Client;

/// <summary>HTTP/1.1: an instance that dies after it has read a request, and perhaps carried it out.</summary>
public class AConnectionEndsWithoutAnAnswer
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private readonly TestCa _authority = TestCa.Create();

    [Theory]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    [InlineData("PATCH", false)]
    [InlineData("PURGE", false)]
    public async Task What_must_not_be_repeated_is_carried_out_once_also_where_it_has_no_body(string method, bool expectsContinue)
    {
        var carriedOut = new ConcurrentQueue<string>();
        await using var dies = RogueServer.WithTls(_authority.IssueLeaf("payments"), async tls =>
        {
            await RogueServer.AnswerAsync(tls, Answer);
            carriedOut.Enqueue(await RogueServer.ReadHeadAsync(tls));
        });
        await using var fleet = await Fleet.StartAsync(1, authority: _authority);
        await using var client = await fleet.CallerAsync(options => options.Connect.Upstreams["payments"] = new() { CustomBalancer = new TheFirst() });
        client.Instances.Are(NamedInstances.At(dies.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();
        http.DefaultRequestHeaders.ExpectContinue = expectsContinue;
        (await http.GetAsync("/")).Dispose();
        using var request = new HttpRequestMessage(new(method), "/orders/1/cancel");

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request));

        var head = Assert.Single(carriedOut);
        Assert.StartsWith($"{method} /orders/1/cancel HTTP/1.1\r\n", head);
        Assert.Contains("Content-Length: 0\r\n", head);
        Assert.Equal((1, 0), (dies.Accepted, fleet.Members[0].Requests));
        Assert.Null(request.Content);
    }

    [Fact]
    public async Task A_spare_one_that_ends_with_it_is_no_denial()
    {
        var (isAsked, spareBegins, isTaken) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var (spareEnds, dies) = (new TaskCompletionSource(), new TaskCompletionSource());
        var connections = 0;
        var leaf = _authority.IssueLeaf("payments");
        await using var rogue = new RogueServer(async stream =>
        {
            switch (Interlocked.Increment(ref connections))
            {
                case 1:
                    await using (var first = await AcceptAsync(stream))
                    {
                        await RogueServer.ReadHeadAsync(first);
                        isAsked.SetResult();
                        await spareBegins.Task;
                        await first.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Answer));
                        await RogueServer.ReadHeadAsync(first);
                        isTaken.SetResult();
                        await dies.Task;
                    }

                    break;
                case 2:
                    // Dialed for a request that the first one then has taken.
                    spareBegins.SetResult();
                    await isTaken.Task;
                    await (await AcceptAsync(stream)).DisposeAsync();
                    spareEnds.SetResult();
                    break;
                default:
                    await using (var other = await AcceptAsync(stream))
                        await RogueServer.AnswerAsync(other, Answer);
                    break;
            }
        });
        await using var client = await MeshClient.StartAsync(_authority);
        client.Instances.Are("payments", rogue.Port);
        client.Logs.Expect("Refused");
        using var http = client.CreateHttp();
        var first = http.GetAsync("/");
        await isAsked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var second = http.PostAsync("/", new StringContent("order"));
        await Task.WhenAll(first, spareEnds.Task);

        // It finds that the spare connection has ended, before or after it was given to it.
        await Task.WhenAny(http.GetAsync("/"));
        dies.SetResult();

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => second);
        Assert.IsNotType<ConnectDeniedException>(failure.InnerException);

        async Task<SslStream> AcceptAsync(Stream stream)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = leaf.Context,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            });
            return tls;
        }
    }

    private sealed class TheFirst : IConnectBalancer
    {
        public int Pick(ReadOnlySpan<ConnectCandidate> candidates) => 0;
    }
}
