using System.Text;
using System.Text.Json;
using ConsulConnect.Agent;

namespace ConsulConnect.Tests.Agent;

public sealed class AnIntentionHoldsSomethingUnknown
{
    [Theory]
    [InlineData(""" "Action":"allow" """, null)]
    [InlineData(""" "Action":"deny","ID":"x","Description":"","Meta":{"a":"b"},"CreatedAt":"t","UpdatedAt":"t","Hash":"h","CreateIndex":1,"ModifyIndex":2,"DefaultAddr":"","DefaultPort":0 """, null)]
    [InlineData(""" "Action":"allow","SourcePartition":"default","DestinationPartition":"default","SourcePeer":"","SourceSamenessGroup":"","JWT":null,"Permissions":null """, null)]
    [InlineData(""" "Permissions":[{"Action":"allow","HTTP":{"PathPrefix":"/","Methods":["GET"],"Header":[{"Name":"a","Present":true,"Invert":true,"IgnoreCase":true,"Contains":"c"}]}}] """, null)]
    [InlineData(""" "Action":"allow","Weather":"fine" """, "Weather")]
    [InlineData(""" "Action":"allow","weather\u0000\n":1 """, "weather")]
    [InlineData(""" "Action":"allow","action":"deny" """, "action")]
    [InlineData(""" "Action":"audit" """, "Action audit")]
    [InlineData(""" "Action":"Allow" """, "Action Allow")]
    [InlineData(""" "Description":"" """, "neither Action nor Permissions")]
    [InlineData(""" "Permissions":[] """, "neither Action nor Permissions")]
    [InlineData(""" "Action":"allow","Permissions":[{"Action":"allow"}] """, "Action beside Permissions")]
    [InlineData(""" "Action":"allow","SourceSamenessGroup":"g" """, "SourceSamenessGroup")]
    [InlineData(""" "Action":"allow","JWT":{"Providers":[]} """, "JWT")]
    [InlineData(""" "Permissions":[{"Action":"allow","JWT":{"Providers":[]}}] """, "JWT")]
    [InlineData(""" "Permissions":[{"Action":"maybe"}] """, "the Action maybe of a permission")]
    [InlineData(""" "Permissions":[{"Action":"allow","Body":"x"}] """, "Body")]
    [InlineData(""" "Permissions":[{"Action":"allow"},{"Action":"deny","HTTP":{"Query":"x"}}] """, "Query")]
    [InlineData(""" "Permissions":[{"Action":"allow","HTTP":{"Header":[{"Name":"a","Fuzzy":"x"}]}}] """, "Fuzzy")]
    public void It_is_named(string members, string? unknown)
    {
        var intention = Assert.Single(Read(Bodies.Match(Bodies.Intention(members))).Intentions);
        Assert.Equal(unknown, intention.Unknown);
    }

    [Fact]
    public void Another_kind_of_source_is_unknown()
    {
        var body = Bodies.Match("""{"SourceName":"x","DestinationName":"web","SourceType":"external","Action":"allow","Precedence":1}""");
        var intention = Assert.Single(Read(body).Intentions);
        Assert.Equal(("external", "SourceType external"), (intention.SourceType, intention.Unknown));
    }

    [Fact]
    public void What_is_missing_is_default_and_a_peer_is_passed_on()
    {
        var body = Bodies.Match("""{"SourceName":"x","DestinationName":"*","SourcePeer":"east","Action":"allow","Precedence":6}""");
        Assert.Equal(
            new Intention("consul", "default", "default", "x", "east", "default", "*", "allow", [], RequiresJwt: false, 6, null),
            Assert.Single(Read(body).Intentions));
    }

    [Fact]
    public void None_are_null_on_the_wire() => Assert.Empty(Read("""{"web":null}""").Intentions);

    [Theory]
    [InlineData("""{"other":[]}""")]
    [InlineData("""{"web":{}}""")]
    [InlineData("""{"web":[null]}""")]
    [InlineData("""{"web":[{"SourceName":"x","DestinationName":"web","Action":"allow"}]}""")]
    [InlineData("""{"web":[{"SourceName":"x","DestinationName":"web","Action":"allow","Precedence":"9"}]}""")]
    [InlineData("""{"web":[{"DestinationName":"web","Action":"allow","Precedence":9}]}""")]
    [InlineData("""{"web":[{"SourceName":"x","DestinationName":"web","Action":true,"Precedence":9}]}""")]
    [InlineData("""{"web":[{"SourceName":"x","DestinationName":"web","Action":"deny","Action":"allow","Precedence":9}]}""")]
    [InlineData("""{"web":[{"SourceName":"x","DestinationName":"web","Permissions":[{"Action":"deny","HTTP":{"PathExact":"/","PathExact":"/b"}}],"Precedence":9}]}""")]
    [InlineData("""{"web":[],"web":[]}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_cannot_be_read_one_way_only_is_no_answer(string body) =>
        Assert.True(Record.Exception(() => Read(body)) is FormatException or JsonException);

    [Fact]
    public void Depth_is_bounded() =>
        Assert.ThrowsAny<JsonException>(() => Read($$"""{"web":[{{Bodies.Intention("\"Meta\":" + new string('[', 100_000) + new string(']', 100_000))}}]}"""));

    [Fact]
    public void Ten_thousand_are_read_and_more_refused()
    {
        var one = Bodies.Intention("\"Action\":\"allow\"");
        Assert.Equal(10_000, Read(Bodies.Match([.. Enumerable.Repeat(one, 10_000)])).Intentions.Count);
        Assert.Throws<FormatException>(() => Read(Bodies.Match([.. Enumerable.Repeat(one, 10_001)])));
    }

    private static IntentionMatch Read(string body) => IntentionAnswers.Match(Encoding.UTF8.GetBytes(body), "web");
}
