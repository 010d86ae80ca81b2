using ConsulConnect.Agent;
using ConsulConnect.Registration;

namespace ConsulConnect.Tests.Registration;

public sealed class ChecksOfTheInstance
{
    private const string MaintenanceId = "_service_maintenance:orders-1";

    private static RegisteredService Before => new("orders-1", "orders", "10.0.0.7", 8443) { IsNative = true };

    private static RegisteredCheck Check(string id, string notes = "", string status = "passing") => new(id, status, notes);

    [Fact]
    public async Task Those_of_an_earlier_definition_are_removed_by_their_ids()
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Before, Check("service:orders-1:1"), Check("service:orders-1:2"));
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["service:orders-1 passing"], app.Agent.Checks);
        Assert.Equal(["register orders-1", "remove service:orders-1:1", "remove service:orders-1:2"], app.Agent.Writes);
        await app.Log.HasAsync("506 Information: Removed the check service:orders-1:2 of orders-1, which the definition no longer has.");
    }

    [Fact]
    public async Task Those_nobody_knows_are_left_alone_and_named_once()
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Before, Check("disk"), Check("service:orders-2"));
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["disk passing", "service:orders-1 passing", "service:orders-2 passing"], app.Agent.Checks);
        Assert.Equal(1, app.Log.Count(507));
        await app.Log.HasAsync("507 Warning: The entry orders-1 has checks that this app did not register: disk, service:orders-2. They are left alone and count like its own. Remove one that is not wanted with: curl -X PUT http://127.0.0.1:8500/v1/agent/check/deregister/disk");
    }

    [Fact]
    public async Task The_way_to_remove_them_is_through_the_socket_where_the_agent_has_one()
    {
        await using var app = new RegisteredApp();
        app.Agent.Address = "unix:///run/consul.sock";
        app.Agent.Put(Before, Check("disk"));
        await app.StartedAsync();
        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.EndsWith(": curl --unix-socket /run/consul.sock -X PUT http://localhost/v1/agent/check/deregister/disk", Assert.Single(app.Log.Lines, line => line.StartsWith("507", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operators_maintenance_is_never_touched()
    {
        await using var app = new RegisteredApp();
        app.Agent.Put(Before, Check(MaintenanceId, "new disks", "critical"));
        await app.StartedAsync();
        app.Agent.Saw("");
        foreach (var change in (Action[])[app.Agent.ChangeToken, () => app.Registrar.Redefine(RegisteredApp.Define(definition => definition.Tags.Add("v2"))), () => app.Agent.Change("orders-1", service => service with { Port = 9 })])
        {
            change();
            await app.UntilAsync("register");
            await app.RestAsync();
        }

        await app.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Contains($"{MaintenanceId} critical", app.Agent.Checks);
        Assert.Equal(0, app.Log.Count(507));
        Assert.All(app.Agent.Writes, write => Assert.StartsWith("register", write, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_maintenance_of_a_stop_ends_after_the_next_start_has_registered()
    {
        await using (var app = await new RegisteredApp(onShutdown: ConsulShutdownAction.Maintenance).StartedAsync())
        {
            Assert.True(await app.Registrar.LeaveAsync(CancellationToken.None));
            Assert.Equal([$"{MaintenanceId} critical", "service:orders-1 passing"], app.Agent.Checks);
            await app.Log.HasAsync("510 Information: Put orders, which is orders-1, in maintenance; its next start ends that.");
            Assert.False(app.Registrar.IsRegistered);
        }

        await using var next = new RegisteredApp(onShutdown: ConsulShutdownAction.Maintenance);
        next.Agent.Put(Before, Check(MaintenanceId, Maintenance.Reason, "critical"));
        await next.StartedAsync();
        await next.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(["register orders-1", "maintenance orders-1 off"], next.Agent.Writes);
        Assert.Equal(["service:orders-1 passing"], next.Agent.Checks);
        await next.Log.HasAsync("512 Information: Ended the maintenance of orders, which is orders-1, that its last stop began.");
    }

    [Fact]
    public async Task A_stop_in_the_operators_maintenance_leaves_it_the_operators()
    {
        await using var app = await new RegisteredApp(onShutdown: ConsulShutdownAction.Maintenance).StartedAsync();
        app.Agent.Put(app.Agent.Services[0], Check(MaintenanceId, "new disks", "critical"));
        await app.Registrar.LeaveAsync(CancellationToken.None);

        await using var next = new RegisteredApp();
        next.Agent.Put(Before, Check(MaintenanceId, "new disks", "critical"));
        await next.StartedAsync();
        await next.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Contains($"{MaintenanceId} critical", next.Agent.Checks);
    }

    [Fact]
    public async Task A_maintenance_that_cannot_begin_is_a_warning_with_the_command()
    {
        await using var app = await new RegisteredApp(onShutdown: ConsulShutdownAction.Maintenance).StartedAsync();
        app.Agent.Fail(call => call.StartsWith("maintenance", StringComparison.Ordinal) ? new(AgentFault.Transient, "connection refused") : null);
        await app.Registrar.LeaveAsync(CancellationToken.None);

        await app.Log.HasAsync("511 Warning: orders stops, but its entry orders-1 could not be put in maintenance: connection refused. Do it with: consul maint -enable -service=orders-1");
    }

    [Fact]
    public async Task A_maintenance_is_not_needed_where_the_agent_has_forgotten()
    {
        await using var app = await new RegisteredApp(onShutdown: ConsulShutdownAction.Maintenance).StartedAsync();
        app.Agent.Hang("register");
        app.Agent.Forget();
        await app.UntilAsync(app.Registrar.LeaveAsync(CancellationToken.None));

        Assert.Equal(0, app.Log.Count(511));
        Assert.Equal(0, app.Log.Count(510));
    }
}
