using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ConsulConnect.DevAgent.ConfigEntries;

/// <summary>Changes with the content and with nothing else. Its value is this agent's own, since Consul's depends on Go's memory layout.</summary>
internal static class ContentHash
{
    public static ulong Of(JsonObject body) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(body.ToJsonString())));
}
