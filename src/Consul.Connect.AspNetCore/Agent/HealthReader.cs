using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>Takes the instances out of <c>health/connect</c> or of a query's answer, as far as it has come.</summary>
/// <param name="isQuery">Whether the list stands in a query's answer.</param>
internal sealed class HealthReader(bool isQuery)
{
    // Short entries would else become very many objects.
    private const int MostEntries = 100_000;

    private readonly List<HealthEntry> _entries = [];
    private readonly HealthEntryReader _entry = new();
    private JsonReaderState _state = new(new() { MaxDepth = 64 });
    private Place _place;
    private string _service = "";
    private string _datacenter = "";
    private int _failovers;

    private enum Place
    {
        Start,
        Answer,
        List,
        End,
    }

    /// <summary>Reads what is complete in it.</summary>
    /// <returns>How much that was; the rest must come again, with more behind it.</returns>
    public int Read(ReadOnlySpan<byte> data, bool isLast)
    {
        var reader = new Utf8JsonReader(data, isLast, _state);
        var read = reader;
        try
        {
            while (TryTake(ref reader, data))
                read = reader;
        }
        catch (InvalidOperationException unreadable)
        {
            // Text that is not UTF-8.
            throw new FormatException("it holds text that cannot be read", unreadable);
        }

        if (isLast && _place != Place.End)
            throw new FormatException("it is cut short");
        _state = read.CurrentState;
        return (int)read.BytesConsumed;
    }

    public HealthList ToList(bool isFiltered) => new(_entries, isFiltered);

    public QueryAnswer ToAnswer(bool isFiltered) =>
        _service.Length == 0 && _entries.Count > 0 ? throw new FormatException("Service is missing") : new(_service, _datacenter, _failovers, ToList(isFiltered));

    private bool TryTake(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        if (!reader.Read())
            return false;
        switch (_place, reader.TokenType)
        {
            case (Place.Start, JsonTokenType.StartObject) when isQuery:
                _place = Place.Answer;
                return true;
            case (Place.Start, JsonTokenType.StartArray) when !isQuery:
                _place = Place.List;
                return true;
            case (Place.Answer, JsonTokenType.PropertyName):
                return TryTakeMember(ref reader);
            case (Place.Answer, JsonTokenType.EndObject):
                _place = Place.End;
                return true;
            case (Place.List, JsonTokenType.StartObject):
                return TryTakeEntry(ref reader, data);
            case (Place.List, JsonTokenType.EndArray):
                _place = isQuery ? Place.Answer : Place.End;
                return true;
            default:
                throw new FormatException(isQuery ? "it is no answer of a query" : "it is no list of instances");
        }
    }

    private bool TryTakeEntry(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        if (_entry.TryRead(ref reader, data) is not { } entry)
            return false;
        if (_entries.Count == MostEntries)
            throw new FormatException($"it lists more than {MostEntries} instances");
        _entries.Add(entry);
        return true;
    }

    private bool TryTakeMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("Service"u8))
            return JsonPieces.TryText(ref reader, ref _service);
        if (reader.ValueTextEquals("Datacenter"u8))
            return JsonPieces.TryText(ref reader, ref _datacenter);
        if (reader.ValueTextEquals("Failovers"u8))
            return JsonPieces.TryNumber(ref reader, ref _failovers);
        if (!reader.ValueTextEquals("Nodes"u8))
            return reader.TrySkip();
        if (!reader.Read())
            return false;
        _place = reader.TokenType switch
        {
            JsonTokenType.StartArray => Place.List,
            JsonTokenType.Null => Place.Answer,
            _ => throw new FormatException("Nodes is no list"),
        };
        return true;
    }
}
