using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.ConfigEntries;

internal static class ConfigWaits
{
    /// <summary>
    /// Waits for one of the topics, unless the caller is behind what was ever written here, and returns the index to answer with. Read
    /// the table after this.
    /// </summary>
    public static async Task<ulong> WaitAsync(this ConfigStore store, AgentCall call, params string[] topics)
    {
        if (store.Index <= call.Read.Index)
            await call.WaitForChangeAsync(topics);
        return store.Index;
    }
}
