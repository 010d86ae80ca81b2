namespace ConsulConnect.DevAgent.Filters;

/// <summary>The filter cannot be read; the message is what the agent answers.</summary>
internal sealed class FilterException(string fault) : Exception($"Failed to create boolean expression evaluator: {fault}");
