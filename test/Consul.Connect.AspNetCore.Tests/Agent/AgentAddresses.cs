using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class AgentAddresses
{
    [Theory]
    [InlineData("127.0.0.1:8500", "http://127.0.0.1:8500", true)]
    [InlineData("http://127.0.0.1:8500/", "http://127.0.0.1:8500", true)]
    [InlineData("https://consul.example:8501", "https://consul.example:8501", false)]
    [InlineData("http://consul.example", "http://consul.example:80", false)]
    [InlineData("HTTPS://LOCALHOST:1", "https://localhost:1", true)]
    [InlineData("[::1]:8500", "http://[::1]:8500", true)]
    [InlineData("http://[2001:db8::1]:8500", "http://[2001:db8::1]:8500", false)]
    [InlineData("http://10.0.0.1:8500", "http://10.0.0.1:8500", false)]
    [InlineData("http://127.9.9.9:8500", "http://127.9.9.9:8500", true)]
    [InlineData(" unix:///var/run/consul.sock ", "unix:///var/run/consul.sock", true)]
    public void Each_form_is_understood(string text, string shown, bool loopback)
    {
        var address = AgentAddress.Parse(text);
        Assert.Equal((shown, loopback), (address.ToString(), address.IsLoopback));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://127.0.0.1:8500")]
    [InlineData("tcp://127.0.0.1:8500")]
    [InlineData("http://")]
    [InlineData("http://127.0.0.1:8500/v1")]
    [InlineData("http://127.0.0.1:8500?token=secret")]
    [InlineData("http://user:secret@127.0.0.1:8500")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("127.0.0.1:port")]
    [InlineData("unix://relative.sock")]
    [InlineData("unix://")]
    public void Anything_else_is_refused_without_repeating_a_secret(string text)
    {
        var fault = Assert.Throws<FormatException>(() => AgentAddress.Parse(text));
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:8501", true, null, true)]
    [InlineData("http://127.0.0.1:8501", true, null, false)]
    [InlineData("127.0.0.1:8500", false, "ca.pem", false)]
    [InlineData("unix:///s", false, null, false)]
    [InlineData("unix:///s", true, null, true)]
    [InlineData("unix:///s", false, "ca.pem", true)]
    [InlineData(null, false, null, false)]
    public void Tls_is_spoken_where_scheme_variable_or_files_say_so(string? text, bool variable, string? caFile, bool tls)
    {
        var options = new ConsulConnectOptions { Address = text };
        (options.Origins.UseTls, options.Tls.CaFile) = (variable, caFile);
        Assert.Equal(tls, AgentAddress.From(options).UsesTls);
    }

    [Fact]
    public void Without_one_it_is_the_local_agent() => Assert.Equal("http://127.0.0.1:8500", AgentAddress.From(new()).ToString());
}
