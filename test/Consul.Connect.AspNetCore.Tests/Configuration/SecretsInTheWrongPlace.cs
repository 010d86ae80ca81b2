using Microsoft.Extensions.Options;

namespace ConsulConnect.Tests.Configuration;

public class SecretsInTheWrongPlace
{
    private const string Secret = "s3cr3t-7f0e";

    [Theory]
    [InlineData("""{ "Token": "s3cr3t-7f0e with a blank" }""")]
    [InlineData("""{ "Token": "s3cr3t-7f0e\n" }""")]
    [InlineData("""{ "Token": "s3cr3t-7f0e", "TokenFile": "/nowhere" }""")]
    [InlineData("""{ "Token": "s3cr3t-7f0e", "Address": "http://10.0.0.7:8500" }""")]
    [InlineData("""{ "Token": { "Value": "s3cr3t-7f0e" } }""")]
    [InlineData("""{ "TokenFile": "s3cr3t-7f0e" }""")]
    [InlineData("""{ "Address": "http://u:s3cr3t-7f0e@agent" }""")]
    [InlineData("""{ "Address": "u:s3cr3t-7f0e@agent/x" }""")]
    [InlineData("""{ "Address": "http://agent/?token=s3cr3t-7f0e" }""")]
    [InlineData("""{ "Service": { "Name": "orders", "Token": "s3cr3t-7f0e" } }""")]
    [InlineData("""{ "Connect": { "Token": "s3cr3t-7f0e" } }""")]
    [InlineData("""{ "Tls": { "Tokn": "s3cr3t-7f0e" } }""")]
    public void Are_a_fault_that_does_not_repeat_them(string consul)
    {
        var result = Reading.Read(consul);

        Assert.NotEmpty(result.Faults);
        Assert.DoesNotContain(Secret, Assert.ThrowsAny<OptionsValidationException>(result.ThrowIfInvalid).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Do_not_get_out_of_the_environment_either()
    {
        var result = Reading.Environment(
            ("CONSUL_HTTP_TOKEN", Secret + "\n"), ("CONSUL_HTTP_TOKEN_FILE", Secret), ("CONSUL_HTTP_AUTH", "u:" + Secret), ("CONSUL_HTTP_ADDR", $"http://u:{Secret}@10.0.0.7"));

        Assert.Equal(
            [
                "CONSUL_HTTP_ADDR is not shown here, which cannot be used: it carries credentials; a token belongs into Consul:Token or Consul:TokenFile, a user and password into CONSUL_HTTP_AUTH; write for example \"http://127.0.0.1:8500\".",
                "CONSUL_HTTP_TOKEN and CONSUL_HTTP_TOKEN_FILE are both set, and which of them holds is not clear; remove one.",
                "CONSUL_HTTP_TOKEN (not shown) holds a blank, a line break or another character no token has; write the token alone.",
                "CONSUL_HTTP_TOKEN_FILE is not shown here, because it may be a token, and there is no such file; correct the path or remove it.",
            ],
            result.Faults);
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
    }
}
