using System.Globalization;
using System.Text.Json;

namespace ConsulConnect.Agent;

/// <summary>One instance of a list. It knows the names of the members it needs and passes over the rest, which is most of it.</summary>
internal sealed class HealthEntryReader
{
    // Kept from one entry to the next: these are mostly the same text.
    private string _datacenter = "", _nodeAddress = "", _node = "", _kind = "", _service = "", _destination = "", _address = "";

    private string _id = "", _peer = "", _nodePeer = "";
    private int _port, _passing, _warning;
    private bool _native;
    private ulong _created, _modified, _meta;
    private HealthStatus _status;
    private Seen _seen;

    [Flags]
    private enum Seen
    {
        None = 0,
        Node = 1,
        NodeAddress = 2,
        Datacenter = 4,
        Kind = 8,
        Service = 16,
        Destination = 32,
        Address = 64,
    }

    /// <summary>Null: the entry is not complete yet. The reader stands on its first token.</summary>
    public HealthEntry? TryRead(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        (_id, _peer, _nodePeer, _port, _native, _created, _modified, _meta) = ("", "", "", 0, false, 0, 0, 0);
        (_passing, _warning, _status, _seen) = (1, 1, HealthStatus.Passing, Seen.None);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return Finish();
            var complete = reader.ValueTextEquals("Node"u8) ? TryNode(ref reader)
                : reader.ValueTextEquals("Service"u8) ? TryService(ref reader, data)
                : reader.ValueTextEquals("Checks"u8) ? TryChecks(ref reader)
                : reader.TrySkip();
            if (!complete)
                return null;
        }

        return null;
    }

    private HealthEntry Finish()
    {
        var address = If(Seen.Address, _address);
        var dialed = address.Length > 0 ? address : If(Seen.NodeAddress, _nodeAddress);
        var print = Print(Print(_meta, dialed), (ulong)_port << 32 ^ (ulong)_passing << 16 ^ (ulong)_warning);
        return new()
        {
            Node = If(Seen.Node, _node),
            NodeAddress = If(Seen.NodeAddress, _nodeAddress),
            Datacenter = If(Seen.Datacenter, _datacenter),
            Kind = If(Seen.Kind, _kind),
            Id = _id,
            Service = If(Seen.Service, _service),
            Address = address,
            Port = _port,
            PassingWeight = _passing,
            WarningWeight = _warning,
            IsNative = _native,
            Destination = If(Seen.Destination, _destination),
            Peer = _peer.Length > 0 ? _peer : _nodePeer,
            Status = _status,
            Version = string.Create(CultureInfo.InvariantCulture, $"{_created}.{_modified}.{print:x16}"),
        };
    }

    private bool TryNode(ref Utf8JsonReader reader)
    {
        if (!JsonPieces.TryEnter(ref reader, JsonTokenType.StartObject, out var entered) || !entered)
            return !entered && reader.TokenType == JsonTokenType.Null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            var complete = reader.ValueTextEquals("Node"u8) ? TryText(ref reader, ref _node, Seen.Node)
                : reader.ValueTextEquals("Address"u8) ? TryText(ref reader, ref _nodeAddress, Seen.NodeAddress)
                : reader.ValueTextEquals("Datacenter"u8) ? TryText(ref reader, ref _datacenter, Seen.Datacenter)
                : reader.ValueTextEquals("PeerName"u8) ? JsonPieces.TryText(ref reader, ref _nodePeer)
                : reader.TrySkip();
            if (!complete)
                return false;
        }

        return false;
    }

    private bool TryService(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        if (!JsonPieces.TryEnter(ref reader, JsonTokenType.StartObject, out var entered) || !entered)
            return !entered && reader.TokenType == JsonTokenType.Null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            var complete = reader.ValueTextEquals("ID"u8) ? JsonPieces.TryText(ref reader, ref _id)
                : reader.ValueTextEquals("Service"u8) ? TryText(ref reader, ref _service, Seen.Service)
                : reader.ValueTextEquals("Kind"u8) ? TryText(ref reader, ref _kind, Seen.Kind)
                : reader.ValueTextEquals("Address"u8) ? TryText(ref reader, ref _address, Seen.Address)
                : reader.ValueTextEquals("Port"u8) ? JsonPieces.TryNumber(ref reader, ref _port)
                : reader.ValueTextEquals("PeerName"u8) ? JsonPieces.TryText(ref reader, ref _peer)
                : reader.ValueTextEquals("CreateIndex"u8) ? JsonPieces.TryIndex(ref reader, ref _created)
                : reader.ValueTextEquals("ModifyIndex"u8) ? JsonPieces.TryIndex(ref reader, ref _modified)
                : reader.ValueTextEquals("Meta"u8) ? TryMeta(ref reader, data)
                : TryPart(ref reader);
            if (!complete)
                return false;
        }

        return false;
    }

    private bool TryMeta(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var start = (int)reader.BytesConsumed;
        if (!reader.TrySkip())
            return false;
        _meta = Print(0, data[start..(int)reader.BytesConsumed]);
        return true;
    }

    /// <summary>The parts of a service that are objects of one or two members of interest.</summary>
    private bool TryPart(ref Utf8JsonReader reader)
    {
        var part = reader.ValueTextEquals("Weights"u8) ? 'w' : reader.ValueTextEquals("Connect"u8) ? 'c' : reader.ValueTextEquals("Proxy"u8) ? 'p' : ' ';
        if (part == ' ')
            return reader.TrySkip();
        if (!JsonPieces.TryEnter(ref reader, JsonTokenType.StartObject, out var entered) || !entered)
            return !entered && reader.TokenType == JsonTokenType.Null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            var complete = part == 'w' && reader.ValueTextEquals("Passing"u8) ? JsonPieces.TryNumber(ref reader, ref _passing)
                : part == 'w' && reader.ValueTextEquals("Warning"u8) ? JsonPieces.TryNumber(ref reader, ref _warning)
                : part == 'c' && reader.ValueTextEquals("Native"u8) ? JsonPieces.TryFlag(ref reader, ref _native)
                : part == 'p' && reader.ValueTextEquals("DestinationServiceName"u8) ? TryText(ref reader, ref _destination, Seen.Destination)
                : reader.TrySkip();
            if (!complete)
                return false;
        }

        return false;
    }

    private bool TryChecks(ref Utf8JsonReader reader)
    {
        if (!JsonPieces.TryEnter(ref reader, JsonTokenType.StartArray, out var entered) || !entered)
            return !entered && reader.TokenType == JsonTokenType.Null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray)
                return true;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException("a check in it is none");
            if (!TryCheck(ref reader))
                return false;
        }

        return false;
    }

    private bool TryCheck(ref Utf8JsonReader reader)
    {
        // One that says nothing is no reason to call the instance healthy.
        var status = HealthStatus.Critical;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                _status = status > _status ? status : _status;
                return true;
            }

            if (!reader.ValueTextEquals("Status"u8))
            {
                if (!reader.TrySkip())
                    return false;
                continue;
            }

            if (!reader.Read())
                return false;
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                throw new FormatException("the status of a check is no text");
            status = reader.TokenType == JsonTokenType.Null ? HealthStatus.Critical
                : reader.ValueTextEquals("passing"u8) ? HealthStatus.Passing
                : reader.ValueTextEquals("warning"u8) ? HealthStatus.Warning
                : HealthStatus.Critical;
        }

        return false;
    }

    private bool TryText(ref Utf8JsonReader reader, ref string text, Seen member)
    {
        _seen |= member;
        return JsonPieces.TryText(ref reader, ref text);
    }

    private string If(Seen member, string text) => _seen.HasFlag(member) ? text : "";

    // FNV-1a: equal entries must have equal prints in this process, and nobody else compares them.
    private static ulong Print(ulong print, ReadOnlySpan<byte> bytes)
    {
        print ^= 14695981039346656037;
        foreach (var one in bytes)
            print = (print ^ one) * 1099511628211;
        return print;
    }

    private static ulong Print(ulong print, string text)
    {
        foreach (var one in text)
            print = (print ^ one) * 1099511628211;
        return print;
    }

    private static ulong Print(ulong print, ulong number) => (print ^ number) * 1099511628211;
}
