using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using ConsulConnect.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsulConnect.Tests.Client;

/// <summary>What a request's own body throws is the app's doing: no instance is blamed, and nothing is sent twice.</summary>
public class TheAppsOwnBodyFails
{
    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task A_post_whose_body_calls_the_mesh_and_fails_there_is_sent_once(string version, bool isDial)
    {
        var arrived = new Arrivals();
        await using var fleet = await Fleet.StartAsync(2, map: arrived.Map);
        await using var client = await fleet.CallerAsync();
        client.Instances.AreOf("gone", Gone());
        using var http = client.CreateHttp(version: Version.Parse(version));

        for (var i = 1; i <= 12; i++)
        {
            Exception? own = null;
            using var body = new OwnContent(async stream =>
            {
                await stream.WriteAsync("half"u8.ToArray());
                await stream.FlushAsync();
                await arrived.NextAsync();
                own = await Record.ExceptionAsync(() => isDial ? client.Service.DialAsync(ConnectTarget.Service("gone")) : http.GetAsync("https://gone.service.consul/"));
                throw own!;
            });

            var failure = await Assert.ThrowsAnyAsync<Exception>(() => http.PostAsync("/", body));

            Assert.Same(own, failure);
            Assert.Equal(i, fleet.Members.Sum(member => member.Requests));
        }

        Assert.DoesNotContain(client.Logs.Entries, entry => entry.Event.Name == "Ejected" && entry.Message.Contains("payments", StringComparison.Ordinal));
        client.Logs.Expect("Ejected");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task What_it_throws_ejects_nobody_is_not_repeated_and_is_told_as_dotnet_tells_it(string version)
    {
        var arrived = new Arrivals();
        await using var fleet = await Fleet.StartAsync(2, map: arrived.Map);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp(version: Version.Parse(version));

        for (var i = 1; i <= 12; i++)
        {
            var own = new IOException("The file is gone.");
            using var body = new StreamContent(new Broken(async () =>
            {
                await arrived.NextAsync();
                throw own;
            }));

            var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.PutAsync("/", body));

            Assert.Same(own, failure.InnerException);
            Assert.Equal("Error while copying content to a stream.", failure.Message);
            Assert.Equal(i, fleet.Members.Sum(member => member.Requests));
        }
    }

    [Fact]
    public async Task And_with_the_place_where_it_was_thrown()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();
        using var body = new OwnContent(FailInHereAsync);

        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => http.PutAsync("/", body));

        Assert.Contains(nameof(FailInHereAsync), failure.StackTrace);
    }

    [Fact]
    public async Task Fewer_bytes_than_it_announced_are_its_own_fault_too()
    {
        await using var fleet = await Fleet.StartAsync(2);
        await using var client = await fleet.CallerAsync();
        using var http = client.CreateHttp();

        for (var i = 0; i < 12; i++)
        {
            using var body = new OwnContent(stream => stream.WriteAsync("abc"u8.ToArray()).AsTask()) { Headers = { ContentLength = 10 } };
            await Assert.ThrowsAsync<HttpRequestException>(() => http.PutAsync("/", body));
        }
    }

    [Theory]
    [InlineData("a stream")]
    [InlineData("json of an order")]
    [InlineData("the app's own")]
    public async Task A_connection_that_breaks_under_it_is_not(string what)
    {
        using var content = Body(what);
        using var request = new HttpRequestMessage(HttpMethod.Put, "https://payments.service.consul/") { Content = content };
        var body = SentBody.Watch(request)!;

        await Assert.ThrowsAsync<HttpRequestException>(() => request.Content.CopyToAsync(new Full()));

        Assert.False(body.IsFaulty);
        body.Unwatch(request);
        Assert.Same(content, request.Content);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Only_what_is_known_to_be_the_same_again_is_sent_again(string what, bool isRepeatable)
    {
        await using var fleet = await Fleet.StartAsync(1);
        await using var rogue = RogueServer.WithTls(fleet.Authority.IssueLeaf("payments"), tls => RogueServer.AnswerAsync(tls, "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        await using var client = await fleet.CallerAsync();
        client.Instances.Are(NamedInstances.At(rogue.Port), fleet.Instances[0]);
        using var http = client.CreateHttp();
        using var body = Body(what);

        using var answer = await http.PutAsync("/", body);

        Assert.Equal(isRepeatable ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(isRepeatable, RepeatableContent.Is(body));
    }

    public static TheoryData<string, bool> Bodies => new()
    {
        { "string", true },
        { "form", true },
        { "json of an order", true },
        { "json of a list", true },
        { "json of a dictionary", true },
        { "json of an anonymous type", true },
        { "json of nothing", true },
        { "parts", true },
        { "json of an iterator", false },
        { "json of a stream of orders", false },
        { "json that holds a stream of orders", false },
        { "json of who knows what", false },
        { "parts with a stream", false },
        { "a stream", false },
        { "the app's own", false },
    };

    private static HttpContent Body(string what) => what switch
    {
        "string" => new StringContent("x"),
        "form" => new FormUrlEncodedContent([new("a", "b")]),
        "json of an order" => JsonContent.Create(new Order(1, "book", [new(2, "page", [], null)], DateTimeOffset.UnixEpoch)),
        "json of a list" => JsonContent.Create(new List<Order>()),
        "json of a dictionary" => JsonContent.Create(new Dictionary<string, int[]>()),
        "json of an anonymous type" => JsonContent.Create(new { Name = "x", Count = 3, Where = (Uri?)null }),
        "json of nothing" => JsonContent.Create<Order?>(null),
        "parts" => new MultipartFormDataContent { new StringContent("x") },
        "json of an iterator" => JsonContent.Create(Enumerable.Range(0, 3).Select(i => i)),
        "json of a stream of orders" => JsonContent.Create(ManyAsync()),
        "json that holds a stream of orders" => JsonContent.Create(new { All = ManyAsync() }),
        "json of who knows what" => JsonContent.Create(new { Thing = (object)"x" }),
        "parts with a stream" => new MultipartFormDataContent { new StreamContent(new MemoryStream("x"u8.ToArray())) },
        "a stream" => new StreamContent(new MemoryStream("x"u8.ToArray())),
        _ => new OwnContent(stream => stream.WriteAsync("x"u8.ToArray()).AsTask()),
    };

    private static async IAsyncEnumerable<int> ManyAsync()
    {
        await Task.Yield();
        yield return 1;
    }

    private static async Task FailInHereAsync(Stream stream)
    {
        await stream.WriteAsync("x"u8.ToArray());
        throw new NotSupportedException("Of the app's own.");
    }

    private static ConnectInstance Gone()
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return NamedInstances.At(((IPEndPoint)socket.LocalEndPoint!).Port, "gone");
    }

    private sealed record Order(int Id, string Name, IReadOnlyList<Order> Parts, DateTimeOffset? At);

    /// <summary>Requests whose head has reached a server.</summary>
    private sealed class Arrivals
    {
        private readonly Channel<bool> _arrived = Channel.CreateUnbounded<bool>();

        public ValueTask<bool> NextAsync() => _arrived.Reader.ReadAsync();

        public void Map(WebApplication app) => app.Use(async (HttpContext context, RequestDelegate next) =>
        {
            _arrived.Writer.TryWrite(true);
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The body ends in the middle, and the connection with it.
            }
        });
    }

    private sealed class Full : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("Connection reset by peer.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw new IOException("Connection reset by peer.");
    }

    private sealed class OwnContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Broken(Func<Task> fail) : Stream
    {
        private bool _begun;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_begun)
                await fail();
            _begun = true;
            // More than what a connection keeps to itself.
            buffer.Span.Clear();
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
