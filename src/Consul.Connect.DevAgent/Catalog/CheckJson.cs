using System.Text.Json.Nodes;
using ConsulConnect.DevAgent.Http;
using ConsulConnect.DevAgent.Services;

namespace ConsulConnect.DevAgent.Catalog;

/// <summary>A check as Consul's answers show it.</summary>
internal static class CheckJson
{
    /// <summary>With its newest output, and without indexes.</summary>
    public static JsonObject ForAgent(HealthCheck check, string nodeName) => Write(check, nodeName, check.Output, 0, 0);

    public static JsonObject ForCatalog(HealthCheck check, string nodeName) => Write(check, nodeName, check.PublishedOutput, check.CreateIndex, check.ModifyIndex);

    private static JsonObject Write(HealthCheck check, string nodeName, string output, ulong createIndex, ulong modifyIndex) => new()
    {
        ["Node"] = nodeName,
        ["CheckID"] = check.Id,
        ["Name"] = check.Name,
        ["Status"] = check.Status,
        ["Notes"] = check.Notes,
        ["Output"] = output,
        ["ServiceID"] = check.ServiceId,
        ["ServiceName"] = check.ServiceName,
        ["ServiceTags"] = check.ServiceTags.ToJson(),
        ["Type"] = check.Type,
        ["Interval"] = Duration(check.Definition.Interval),
        ["Timeout"] = Duration(check.Definition.Timeout),
        ["ExposedPort"] = 0,
        ["Definition"] = new JsonObject(),
        ["CreateIndex"] = createIndex,
        ["ModifyIndex"] = modifyIndex,
    };

    private static string Duration(TimeSpan duration) => duration == TimeSpan.Zero ? "" : GoDuration.Format(duration);
}
