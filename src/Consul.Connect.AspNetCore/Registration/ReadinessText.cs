using System.Text;
using ConsulConnect.Agent;
using HealthStatus = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;

namespace ConsulConnect.Registration;

/// <summary>The report of the app's health as the agent shows it: one line per check, the worst first, because the end may be cut off.</summary>
internal static class ReadinessText
{
    /// <summary>As much as an agent keeps by default.</summary>
    public const int MostBytes = 4096;

    private const string CutMark = "…";

    // Nothing in it moves while nothing changes, or the agent would have something to tell its servers at every report.
    public static ReadinessReport Report(IEnumerable<CheckResult> results)
    {
        var ordered = results.OrderBy(result => result.Status).ToList();
        return new(Status(ordered[0].Status), Cut(string.Join('\n', ordered.Select(Line))));
    }

    /// <summary>At most <see cref="MostBytes"/> of UTF-8, and whole characters.</summary>
    public static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MostBytes)
            return text;
        var left = MostBytes - Encoding.UTF8.GetByteCount(CutMark);
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
                break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length] + CutMark;
    }

    private static CheckStatus Status(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => CheckStatus.Passing,
        HealthStatus.Degraded => CheckStatus.Warning,
        _ => CheckStatus.Critical,
    };

    private static string Line(CheckResult result) =>
        OneLine(result.Words.Length == 0 ? $"{result.Name}: {result.Status}" : $"{result.Name}: {result.Status}, {result.Words}");

    private static string OneLine(string text) =>
        string.Join(' ', string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
