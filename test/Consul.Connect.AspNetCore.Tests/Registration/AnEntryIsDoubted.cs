using System.Net;
using ConsulConnect.Registration;

namespace ConsulConnect.Tests.Registration;

public sealed class AnEntryIsDoubted
{
    private const int Rounds = 3000;

    [Fact]
    public async Task While_it_is_replaced_never_costs_what_replaced_it()
    {
        var (before, after) = (Make(), Make());
        var held = new HeldEntry(TimeProvider.System);
        using var start = new Barrier(2);
        var lost = 0;
        var doubting = Task.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                start.SignalAndWait();
                held.Doubt(before, new("the agent no longer knew it"));
                start.SignalAndWait();
            }
        });
        for (var i = 0; i < Rounds; i++)
        {
            held.BeginWriting();
            held.EndWriting(before);
            start.SignalAndWait();
            held.BeginWriting();
            held.EndWriting(after);
            start.SignalAndWait();
            lost += held.Current == after ? 0 : 1;
        }

        await doubting;
        Assert.Equal(0, lost);
    }

    private static Held Make() => new(new(CatalogEntry.From(RegisteredApp.Define(null), "orders", new(IPAddress.Loopback, 8443)), null), [], default);
}
