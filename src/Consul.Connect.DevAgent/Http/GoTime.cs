using System.Globalization;

namespace ConsulConnect.DevAgent.Http;

/// <summary>Times as Go writes them: RFC 3339 in UTC, a fraction only when there is one.</summary>
internal static class GoTime
{
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
