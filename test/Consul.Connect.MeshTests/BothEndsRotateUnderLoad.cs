using ConsulConnect.DevAgent;
using ConsulConnect.MeshTests.Traffic;
using ConsulConnect.TestKit;
using Xunit.Abstractions;

namespace ConsulConnect.MeshTests;

/// <summary>Our client calls our server, and that one calls back.</summary>
public sealed class BothEndsRotateUnderLoad(ITestOutputHelper output)
{
    private const int Rotations = 10;

    // A life under ten minutes makes this agent issue a new leaf with each query, as often as it may sign.
    private const string NewLeafEachSecond = """
        connect {
          ca_config {
            leaf_cert_ttl = "5m"
            SkipValidate = true
            csr_max_per_second = 4
          }
        }
        """;

    [Fact]
    public async Task No_request_fails_while_the_authority_rotates_ten_times()
    {
        await using var agent = await ConsulDevAgent.StartAsync(new() { LeafRootChangeSpread = TimeSpan.Zero });
        var address = $"{agent.Address}";
        await using var one = await MutualLoad.ServeAsync("rotates-here", address);
        await using var other = await MutualLoad.ServeAsync("rotates-there", address);
        await using var load = await MutualLoad.StartAsync(one, other);
        await load.FlowAsync(500);

        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            var leaves = load.LeavesSeen;
            await agent.RotateRootAsync();
            await load.ShowAsync(leaves + 1);
            await load.FlowAsync(250);
        }

        output.WriteLine(await load.StopAsync());
        Assert.InRange(load.LeavesSeen, Rotations + 1, int.MaxValue);
    }

    [SkippableFact]
    public async Task No_request_fails_while_a_real_agent_issues_leaf_after_leaf_and_then_rotates_its_authority()
    {
        await using var agent = await ConsulAgent.StartAsync(o => o.Hcl = NewLeafEachSecond);
        await using var one = await MutualLoad.ServeAsync("leaves-here", agent.Address);
        await using var other = await MutualLoad.ServeAsync("leaves-there", agent.Address);
        one.Logs.Expect("Rate limit reached");
        other.Logs.Expect("Rate limit reached");
        await using var load = await MutualLoad.StartAsync(one, other);
        await load.ShowAsync(Rotations + 1, TimeSpan.FromSeconds(90));

        await agent.RotateCaAsync();
        await Eventually.HoldsAsync("both apps have the new root", () => one.Service.Credentials.Current!.RootCount == 2 && other.Service.Credentials.Current!.RootCount == 2);
        await load.ShowAsync(load.LeavesSeen + 2, TimeSpan.FromSeconds(90));
        await load.FlowAsync(500);

        output.WriteLine(await load.StopAsync());
    }
}
