using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ConsulConnect.MeshTests.Peers;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests;

/// <summary>Our HTTP/2 client, with messages framed by hand, calls a gRPC server that is not ours behind <c>consul connect proxy</c>.</summary>
public sealed class AGrpcServer(SharedAgent shared) : IClassFixture<SharedAgent>, IAsyncLifetime
{
    private const string Unimplemented = "12";
    private const string FailedPrecondition = "9";

    private readonly string _service = $"echo-{Guid.NewGuid():n}";

    [SkippableFact]
    public async Task Answers_messages_with_its_status_in_the_trailers_and_its_errors_come_through()
    {
        Skip.If(shared.Agent.Version >= new Version(1, 10), "From 1.10 on this proxy agrees to no protocol, and so not to HTTP/2.");
        await using var server = await GrpcPeer.ServeAsync();
        await using var proxy = await BuiltInProxy.StartAsync(shared.Agent, _service, server.Port);
        // No option of the upstream: the version of the requests says it.
        await using var worker = await Worker.StartAsync(shared.Agent);
        using var http = worker.CreateHttp($"{_service}.service.consul", "2.0");

        var said = await CallAsync(http, "Say", "hello");
        Assert.Equal(["hello"], said.Messages);
        Assert.Equal("0", said.Status);

        var large = new string('x', 1_000_000);
        Assert.Equal([large], (await CallAsync(http, "Say", large)).Messages);

        var counted = await CallAsync(http, "Count", "abc");
        Assert.Equal(["a", "b", "c"], counted.Messages);
        Assert.Equal("0", counted.Status);

        var failed = await CallAsync(http, "Fail", "no such order");
        Assert.Empty(failed.Messages);
        Assert.Equal((FailedPrecondition, "no such order"), (failed.Status, Uri.UnescapeDataString(failed.Details!)));

        Assert.Equal(Unimplemented, (await CallAsync(http, "Unheard", "x")).Status);
        Assert.DoesNotContain(worker.Logs.Entries, entry => entry.Event.Name == "Ejected");
    }

    public Task InitializeAsync() => shared.StartAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task<Answer> CallAsync(HttpClient http, string method, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/echo.Echo/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Framed(message)) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new("trailers"));
        using var answer = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
        Assert.Equal("application/grpc", answer.Content.Headers.ContentType?.MediaType);
        var body = await answer.Content.ReadAsByteArrayAsync();
        // An answer of nothing but a status has it among the headers.
        return new([.. Messages(body)], Value("grpc-status"), Value("grpc-message"));

        string? Value(string name) =>
            answer.TrailingHeaders.TryGetValues(name, out var values) || (body.Length == 0 && answer.Headers.TryGetValues(name, out values)) ? values.Single() : null;
    }

    // A message is framed by a zero byte, for not compressed, and its length.
    private static byte[] Framed(string message)
    {
        var framed = new byte[5 + Encoding.UTF8.GetByteCount(message)];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - 5);
        Encoding.UTF8.GetBytes(message, framed.AsSpan(5));
        return framed;
    }

    private static IEnumerable<string> Messages(byte[] body)
    {
        for (var at = 0; at < body.Length;)
        {
            Assert.Equal(0, body[at]);
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            yield return Encoding.UTF8.GetString(body, at + 5, length);
            at += 5 + length;
        }
    }

    private sealed record Answer(IReadOnlyList<string> Messages, string? Status, string? Details);
}
