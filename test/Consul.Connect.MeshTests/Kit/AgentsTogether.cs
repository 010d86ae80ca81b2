using System.Net;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public class AgentsTogether
{
    [SkippableFact]
    public async Task A_client_agent_beside_its_server_denies_who_has_no_token()
    {
        await using var pair = await ConsulPair.StartAsync();
        var token = await pair.Client.CreateTokenAsync("service \"web\" { policy = \"write\" }");
        Assert.EndsWith("/svc/web", (await pair.Client.IssueLeafAsync("web", token)).Uri, StringComparison.Ordinal);

        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => pair.Client.IssueLeafAsync("billing", token));
        Assert.Equal(HttpStatusCode.Forbidden, refusal.StatusCode);

        await pair.Client.DeleteTokenAsync(token);
        await pair.Client.CreateTokenAsync("service \"web\" { policy = \"read\" }", token);
    }

    [SkippableFact]
    public async Task The_second_datacenter_is_of_the_same_mesh_and_signs_with_its_own_intermediate()
    {
        await using var federation = await ConsulFederation.StartAsync();
        Assert.Equal(await federation.Primary.GetTrustDomainAsync(), await federation.Secondary.GetTrustDomainAsync());
        Assert.Empty((await federation.Primary.IssueLeafAsync("web")).Intermediates);
        var leaf = await federation.Secondary.IssueLeafAsync("web");
        Assert.EndsWith("/ns/default/dc/dc2/svc/web", leaf.Uri, StringComparison.Ordinal);
        Assert.NotEmpty(leaf.Intermediates);
    }

    [SkippableFact]
    public async Task A_rotation_in_the_first_datacenter_gives_the_second_a_new_intermediate()
    {
        await using var federation = await ConsulFederation.StartAsync();
        var before = await federation.Secondary.IssueLeafAsync("web");
        var active = await federation.Primary.RotateCaAsync();

        // Each service asked for the first time gets what is signed now.
        var turn = 0;
        var after = await Eventually.ReadsAsync(
            "the secondary signs with another intermediate",
            async _ => await federation.Secondary.IssueLeafAsync($"web-{turn++}"),
            leaf => leaf.Leaf.IssuerName.Name != before.Leaf.IssuerName.Name || !leaf.Intermediates.Contains(before.Intermediates[0]));
        Assert.Contains(after.Roots, root => root.Thumbprint.Equals(active.Replace(":", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
    }
}
