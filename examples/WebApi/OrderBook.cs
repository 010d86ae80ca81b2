using System.Collections.Concurrent;

namespace WebApi;

public sealed record Order(int Id, string Item, int Quantity);

public sealed record NewOrder(string Item, int Quantity);

public sealed record Caller(string Service, string Namespace, string Datacenter, string SpiffeId);

public sealed record Stats(int Orders);

/// <summary>The orders of this process, in memory.</summary>
public sealed class OrderBook
{
    private readonly ConcurrentDictionary<int, Order> _orders = new([new(1, new Order(1, "coffee", 2))]);
    private int _last = 1;

    public int Count => _orders.Count;

    public IEnumerable<Order> All() => _orders.Values.OrderBy(order => order.Id);

    public Order? Find(int id) => _orders.GetValueOrDefault(id);

    public Order Add(NewOrder order)
    {
        var added = new Order(Interlocked.Increment(ref _last), order.Item, order.Quantity);
        _orders[added.Id] = added;
        return added;
    }
}
