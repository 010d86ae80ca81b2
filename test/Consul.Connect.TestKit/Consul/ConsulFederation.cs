namespace ConsulConnect.TestKit;

/// <summary>Two datacenters of one mesh. The secondary signs leaves with an intermediate of its own.</summary>
public sealed class ConsulFederation : IAsyncDisposable
{
    private ConsulFederation(ConsulAgent primary, ConsulAgent secondary)
    {
        Primary = primary;
        Secondary = secondary;
    }

    public ConsulAgent Primary { get; }

    public ConsulAgent Secondary { get; }

    public static async Task<ConsulFederation> StartAsync()
    {
        var primary = await ConsulAgent.StartAsync(o =>
        {
            o.IsFederated = true;
            o.Hcl = "primary_datacenter = \"dc1\"";
        });
        try
        {
            return new(primary, await ConsulAgent.StartAsync(o =>
            {
                o.Datacenter = "dc2";
                o.IsFederated = true;
                o.Primary = primary;
            }));
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Secondary.DisposeAsync();
        await Primary.DisposeAsync();
    }
}
