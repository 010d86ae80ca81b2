using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConsulConnect.Registration;

/// <summary>What one health check of the app came to.</summary>
/// <param name="Words">What to say about it beyond its status; may be empty.</param>
internal sealed record CheckResult(string Name, HealthStatus Status, string Words)
{
    public static CheckResult Of(string name, Task<HealthReportEntry> run) => run switch
    {
        { IsCompletedSuccessfully: true } => new(name, run.Result.Status, Describe(run.Result)),
        { IsFaulted: true } => Broken(name, run.Exception!.GetBaseException()),
        _ => new(name, HealthStatus.Unhealthy, "it hangs: it has not answered in the time there is"),
    };

    /// <summary>It could not be run.</summary>
    public static CheckResult Broken(string name, Exception reason) => new(name, HealthStatus.Unhealthy, $"it cannot be run ({Said(reason)})");

    private static string Describe(HealthReportEntry entry)
    {
        var description = entry.Description ?? "";
        if (entry.Exception is not { } exception)
            return description;
        // Of a check that throws, the description is the message.
        return description.Length == 0 || description == exception.Message ? Said(exception) : $"{description} ({Said(exception)})";
    }

    // Without its stack: whoever reads the catalog sees this.
    private static string Said(Exception exception) => $"{exception.GetType().Name}: {exception.Message}";
}
