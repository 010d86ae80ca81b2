namespace ConsulConnect.Tests.Discovery;

public class TargetsMadeInCode
{
    private const string Identity = "spiffe://a.consul/ns/default/dc/dc1/svc/legacy";

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("*")]
    [InlineData("a%2fb")]
    public void Name_no_service_that_cannot_be(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => ConnectTarget.Service(name));
        if (name.Length > 0)
            Assert.ThrowsAny<ArgumentException>(() => ConnectTarget.Service("api", datacenter: name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public void Name_no_query_that_cannot_be(string name) => Assert.ThrowsAny<ArgumentException>(() => ConnectTarget.Query(name));

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("10.0.0.7:0")]
    [InlineData("10.0.0.7:65536")]
    [InlineData("10.0.0.7:+1")]
    [InlineData(":9443")]
    [InlineData("::1:9443")]
    [InlineData("[10.0.0.7]:9443")]
    [InlineData("http://legacy:9443")]
    [InlineData("a b:9443")]
    public void Have_an_address_with_a_port(string address) => Assert.ThrowsAny<ArgumentException>(() => ConnectTarget.Static(address, Identity));

    [Theory]
    [InlineData("10.0.0.7:9443")]
    [InlineData("[::1]:9443")]
    [InlineData("legacy.example:1")]
    public void Take_addresses_and_host_names(string address) => Assert.Equal(address, ConnectTarget.Static(address, Identity).ToString());

    [Theory]
    [InlineData("https://a.consul/ns/default/dc/dc1/svc/legacy")]
    [InlineData("spiffe://a.consul/ns/default/dc/dc1")]
    [InlineData("spiffe://a.consul/agent/client/dc/dc1/id/1")]
    [InlineData("legacy")]
    public void Expect_a_service_and_nothing_else(string identity) => Assert.ThrowsAny<ArgumentException>(() => ConnectTarget.Static("10.0.0.7:9443", identity));

    [Fact]
    public void Are_shown_as_people_write_them()
    {
        Assert.Equal("api.service.consul", ConnectTarget.Service("api", "").ToString());
        Assert.Equal("api.service.dc2.consul", ConnectTarget.Service("api", "dc2").ToString());
        Assert.Equal("nearest.query.consul", ConnectTarget.Query("nearest").ToString());
    }
}
