namespace ConsulConnect.Configuration;

/// <summary>The definition of a running identity, read again. No text holds a secret.</summary>
/// <param name="Definition">Null when there are faults, and when it is gone from the configuration.</param>
/// <param name="Faults">Every reason to keep what was in use: key, value and remedy.</param>
/// <param name="Warnings">What is used, but should not go unnoticed.</param>
/// <param name="Hints">What does something else than it says.</param>
internal sealed record DefinitionResult(ConsulServiceOptions? Definition, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings, IReadOnlyList<string> Hints);
