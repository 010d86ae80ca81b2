using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ConsulConnect.Tests.Attributes;

/// <summary>Knows when every request of an app has ended.</summary>
internal sealed class UnderWay : IStartupFilter
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _requests = [];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, inner) =>
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
                _requests.Add(ended.Task);
            try
            {
                await inner(context);
            }
            finally
            {
                lock (_gate)
                    _requests.Remove(ended.Task);
                ended.SetResult();
            }
        });
        next(app);
    };

    public Task EndedAsync()
    {
        lock (_gate)
            return Task.WhenAll(_requests).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
