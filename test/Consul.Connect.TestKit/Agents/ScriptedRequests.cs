using Microsoft.AspNetCore.Http;

namespace ConsulConnect.TestKit;

/// <summary>Everything a <see cref="ScriptedAgent"/> was asked, awaitable.</summary>
public sealed class ScriptedRequests
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedRequest> _all = [];
    private readonly List<(int Missing, Func<ScriptedRequest, bool> IsIt, TaskCompletionSource<ScriptedRequest> Found)> _waiters = [];

    public IReadOnlyList<ScriptedRequest> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>The requests whose path begins so.</summary>
    public IReadOnlyList<ScriptedRequest> To(string path) => [.. All.Where(request => request.Path.StartsWith(path, StringComparison.Ordinal))];

    /// <summary>The first request that is it, past ones included.</summary>
    public Task<ScriptedRequest> WaitForAsync(Func<ScriptedRequest, bool> isIt, TimeSpan? timeout = null) => WaitAsync(1, isIt, timeout, past: true);

    /// <summary>The next request that is it, past ones not included.</summary>
    public Task<ScriptedRequest> WaitForNextAsync(Func<ScriptedRequest, bool> isIt, TimeSpan? timeout = null) => WaitAsync(1, isIt, timeout, past: false);

    /// <summary>The request with which there are so many of that kind, past ones included.</summary>
    public Task<ScriptedRequest> WaitForCountAsync(int count, Func<ScriptedRequest, bool> isIt, TimeSpan? timeout = null) => WaitAsync(count, isIt, timeout, past: true);

    internal async Task AddAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var entry = new ScriptedRequest(request.Method, request.Path.Value ?? "", request.QueryString.Value ?? "", headers, await reader.ReadToEndAsync(), request.Protocol);
        lock (_lock)
        {
            _all.Add(entry);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                var (missing, isIt, found) = _waiters[i];
                if (!isIt(entry))
                    continue;
                if (missing > 1)
                    _waiters[i] = (missing - 1, isIt, found);
                else if (found.TrySetResult(entry))
                    _waiters.RemoveAt(i);
            }
        }
    }

    private async Task<ScriptedRequest> WaitAsync(int count, Func<ScriptedRequest, bool> isIt, TimeSpan? timeout, bool past)
    {
        TaskCompletionSource<ScriptedRequest> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ScriptedRequest[] seen = past ? [.. _all.Where(isIt)] : [];
            if (seen.Length >= count)
                return seen[count - 1];
            _waiters.Add((count - seen.Length, isIt, found));
        }

        try
        {
            return await found.Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The expected request did not come. Those that came:\n{string.Join('\n', All)}");
        }
    }
}
