using ConsulConnect.DevAgent.Filters;
using ConsulConnect.DevAgent.Http;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What the list of intentions can be filtered by.</summary>
internal static class IntentionFilter
{
    private static readonly FilterField Schema = FilterField.Object(
        ("ID", FilterField.Text), ("Description", FilterField.Text), ("SourceNS", FilterField.Text), ("SourceName", FilterField.Text), ("SourcePeer", FilterField.Text),
        ("DestinationNS", FilterField.Text), ("DestinationName", FilterField.Text), ("SourceType", FilterField.Text), ("Action", FilterField.Text),
        ("Meta", FilterField.TextMap), ("Precedence", FilterField.Number));

    /// <summary>Null: there is none.</summary>
    public static FilterExpression? Parse(string? filter)
    {
        try
        {
            return FilterExpression.Parse(filter, Schema);
        }
        catch (FilterException e)
        {
            throw new AgentException(500, e.Message) { HasReadHeaders = true };
        }
    }
}
