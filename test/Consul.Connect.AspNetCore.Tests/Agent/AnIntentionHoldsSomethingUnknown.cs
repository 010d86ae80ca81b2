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
    public void It_is_named(string members, string? unknown)
    {
        var intention = Assert.Single(Read(Bodies.Match(Bodies.Intention(members))).Intentions);
        Assert.Equal(unknown, intention.Unknown);
    }

    // What lies within a permission narrows that permission alone.
    [Theory]
    [InlineData(""" "Action":"maybe" """, "maybe", null, null, null)]
    [InlineData(""" "Action":"allow","Body":"x" """, "allow", "Body", null, null)]
    [InlineData(""" "Action":"deny","HTTP":{"Query":"x"} """, "deny", null, "Query", null)]
    [InlineData(""" "Action":"allow","HTTP":{"Header":[{"Name":"a","Fuzzy":"x"}]} """, "allow", null, null, "Fuzzy")]
    [InlineData(""" "Action":"allow","http":{},"HTTP":{"pathexact":"/","Header":[{"name":"a"}]} """, "allow", "http", "pathexact", "name")]
    public void In_a_permission_it_is_named_where_it_stands(string members, string action, string? ofPermission, string? ofHttp, string? ofHeader)
    {
        var intention = Assert.Single(Read(Bodies.Match(Bodies.Intention($$""" "Permissions":[{{{members}}}] """))).Intentions);
        var permission = Assert.Single(intention.Permissions);

        Assert.Null(intention.Unknown);
        Assert.Equal((action, ofPermission, ofHttp), (permission.Action, permission.Unknown, permission.Http?.Unknown));
        Assert.Equal(ofHeader, permission.Http?.Headers.SingleOrDefault()?.Unknown);
    }

    [Theory]
    [InlineData(""" "Action":"allow","JWT":{"Providers":[]} """, true, false)]
    [InlineData(""" "Permissions":[{"Action":"allow","JWT":{"Providers":[]}}] """, false, true)]
    [InlineData(""" "Permissions":[{"Action":"allow","JWT":null}] """, false, false)]
    public void A_token_that_is_asked_for_is_known_and_told(string members, bool ofIntention, bool ofPermission)
    {
        var intention = Assert.Single(Read(Bodies.Match(Bodies.Intention(members))).Intentions);

        Assert.Null(intention.Unknown);
        Assert.Equal((ofIntention, ofPermission), (intention.RequiresJwt, intention.Permissions.Any(permission => permission.RequiresJwt)));
    }

    [Fact]
    public void A_permission_is_read_whole()
    {
        var body = Bodies.Intention(""" "Permissions":[{"Action":"deny","HTTP":{"PathPrefix":"/a","Methods":["GET","PUT"],"Header":[{"Name":"X","Exact":"v","Invert":true,"IgnoreCase":true},{"Name":"y","Present":true}]}}] """);
        var http = Assert.Single(Assert.Single(Read(Bodies.Match(body)).Intentions).Permissions).Http!;

        Assert.Equal(("", "/a", ""), (http.PathExact, http.PathPrefix, http.PathRegex));
        Assert.Equal(["GET", "PUT"], http.Methods);
        Assert.Equal(
            [
                new HeaderCondition("X", false, "v", "", "", "", "", Invert: true, IgnoreCase: true, Unknown: null),
                new HeaderCondition("y", true, "", "", "", "", "", Invert: false, IgnoreCase: false, Unknown: null),
            ],
            http.Headers);
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
