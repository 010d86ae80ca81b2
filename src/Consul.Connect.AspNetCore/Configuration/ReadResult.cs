using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConsulConnect.Configuration;

/// <summary>What was read for one identity: options that are only good while there are no faults. No text holds a secret.</summary>
/// <param name="Options">The options.</param>
/// <param name="Faults">Every reason not to start: key, value and remedy.</param>
/// <param name="Warnings">What starts, but should not go unnoticed.</param>
/// <param name="Hints">What was probably meant for something else.</param>
internal sealed record ReadResult(ConsulConnectOptions Options, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings, IReadOnlyList<string> Hints)
{
    /// <exception cref="OptionsValidationException">There are faults; the message lists all, one a line.</exception>
    public void ThrowIfInvalid()
    {
        if (Faults.Count > 0)
            throw new StartFaultException(Faults);
    }

    /// <summary>Says warnings and hints; once, at start, and what is shared by several identities once for all.</summary>
    public static void Report(IEnumerable<ReadResult> all, ILogger logger)
    {
        foreach (var warning in all.SelectMany(one => one.Warnings).Distinct())
            Log.Warning(logger, warning);
        foreach (var hint in all.SelectMany(one => one.Hints).Distinct())
            Log.Hint(logger, hint);
    }

    // The base class puts all faults on one line.
    private sealed class StartFaultException(IEnumerable<string> faults)
        : OptionsValidationException(nameof(ConsulConnectOptions), typeof(ConsulConnectOptions), faults)
    {
        public override string Message => string.Join('\n', Failures);
    }
}
