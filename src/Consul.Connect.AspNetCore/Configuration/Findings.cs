namespace ConsulConnect.Configuration;

/// <summary>What reading and judging found. No text holds a secret.</summary>
internal sealed class Findings
{
    /// <summary>Every reason not to use what was read: key, value and remedy.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>What is used, but should not go unnoticed.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What was probably meant for something else, or does something else than it says.</summary>
    public List<string> Hints { get; } = [];
}
