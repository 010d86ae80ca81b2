using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Intentions;

/// <summary>One request while it is judged: each part is read when the first condition asks for it, and once. Buffers are rented.</summary>
internal ref struct RequestState
{
    private readonly ref readonly RequestView _request;
    private readonly RequestReading _reading;
    private HeaderSlots _slots;
    private uint _filled;
    private char[]? _canonical;
    private PathForms _forms;
    private bool _formsMade;
    private ReadOnlySpan<char> _query;
    private ReadOnlySpan<char> _authority;

    public RequestState(ref readonly RequestView request, RequestReading reading)
    {
        _request = ref request;
        _reading = reading;
        Method = MethodName.Of(request.Method);
    }

    public readonly ref readonly RequestView Request => ref _request;

    public readonly bool LikeEnvoy => _reading.LikeEnvoy;

    public MethodName Method { get; }

    public TargetForm Form { get; private set; }

    /// <summary>The canonical path, without query; empty when the target has none.</summary>
    public ReadOnlySpan<char> Path { get; private set; }

    public readonly ReadOnlySpan<char> Query => _query;

    public readonly ReadOnlySpan<char> Authority => _authority;

    /// <summary>Whether a rule that allows may ask about the path.</summary>
    public readonly bool HasPath => Form is TargetForm.Origin or TargetForm.Absolute || (Form == TargetForm.Asterisk && _reading.LikeEnvoy);

    /// <summary>What a rule that denies has to be compared with.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref PathForms Forms
    {
        get
        {
            if (!_formsMade)
            {
                _forms = Form == TargetForm.Asterisk ? PathForms.Asterisk : PathForms.Of(Path);
                _formsMade = true;
            }

            return ref _forms;
        }
    }

    /// <summary>Reads the target; the path only when a rule is about paths.</summary>
    public TargetFault Read(bool aboutPaths)
    {
        _authority = _request.Authority;
        var fault = RequestTarget.Read(in _request, _reading.LikeEnvoy, out var target);
        if (fault != TargetFault.None)
            return fault;

        Form = target.Form;
        _query = target.Query;
        if (_reading.UnderscoredHeaders == UnderscoredHeaders.Reject && _request.Headers.HaveUnderscores)
            return TargetFault.Malformed;
        if (_reading.LikeEnvoy)
        {
            if (!target.Authority.IsEmpty)
                _authority = target.Authority[(target.Authority.LastIndexOf('@') + 1)..];
            if (Form == TargetForm.Asterisk)
                Path = target.Path;
            return Form is TargetForm.Origin or TargetForm.Absolute ? ReadLikeEnvoy(target.Path) : TargetFault.None;
        }

        if (!aboutPaths)
            return TargetFault.None;
        return Form switch
        {
            TargetForm.Absolute => TargetFault.Ambiguous,
            TargetForm.Origin => ReadPath(target.Path),
            _ => TargetFault.None,
        };
    }

    /// <summary>Whether the server made the same of the path as we did. Merged slashes are ours alone and not compared.</summary>
    public readonly bool AgreesWithServer()
    {
        if (_request.ServerPath is not { } server || Form != TargetForm.Origin || _reading.LikeEnvoy)
            return true;

        // Read again where merging hides what the server saw.
        ReadOnlySpan<char> raw = _request.Target;
        raw = raw[..^_query.Length];
        if (_canonical is null)
            return server.AsSpan().SequenceEqual(raw);

        var buffer = ArrayPool<char>.Shared.Rent(2 * CanonicalPath.Growth * raw.Length);
        try
        {
            var path = buffer.AsSpan(0, CanonicalPath.Decode(raw, buffer, out _));
            path = path[..CanonicalPath.RemoveDots(path, out _)];
            var decoded = buffer.AsSpan(CanonicalPath.Growth * raw.Length);
            return server.AsSpan().SequenceEqual(decoded[..Escape.DecodeAll(path, decoded, keepSlashes: true)]);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>The lines of a header field.</summary>
    /// <param name="slot">The rule's number for this name.</param>
    public StringValues Lines(string name, int slot)
    {
        if ((uint)slot >= HeaderSlots.Length)
            return Find(name);
        if ((_filled & (1u << slot)) == 0)
        {
            _slots[slot] = Find(name);
            _filled |= 1u << slot;
        }

        return _slots[slot];
    }

    /// <summary>Each intention numbers the headers it asks about for itself.</summary>
    public void NextIntention() => _filled = 0;

    public void Dispose()
    {
        _forms.Dispose();
        if (_canonical is not null)
            ArrayPool<char>.Shared.Return(_canonical);
        _canonical = null;
    }

    private readonly StringValues Find(string name) =>
        _reading.UnderscoredHeaders == UnderscoredHeaders.Drop && name.Contains('_', StringComparison.Ordinal) ? default : _request.Headers[name];

    private TargetFault ReadPath(ReadOnlySpan<char> raw)
    {
        if (!raw.ContainsAny(CanonicalPath.Special) && !raw.Contains("/.", StringComparison.Ordinal) && !(_reading.MergeSlashes && raw.Contains("//", StringComparison.Ordinal)))
        {
            Path = raw;
            return TargetFault.None;
        }

        var faults = Canonicalise(raw, out var parameters);
        if (_reading.EscapedSlashes == EscapedSlashes.Keep)
            faults &= ~PathFaults.EscapedSlash;
        return faults == PathFaults.None && !parameters ? TargetFault.None : TargetFault.Ambiguous;
    }

    // In Envoy's order: escaped slashes, then the path, then merging.
    private TargetFault ReadLikeEnvoy(ReadOnlySpan<char> raw)
    {
        char[]? unescaped = null;
        try
        {
            if (_reading.EscapedSlashes != EscapedSlashes.Keep)
            {
                unescaped = ArrayPool<char>.Shared.Rent(raw.Length);
                var length = Escape.DecodeSlashes(raw, unescaped);
                if (length != raw.Length && _reading.EscapedSlashes == EscapedSlashes.Reject)
                    return TargetFault.Malformed;
                var redirect = length != raw.Length && _reading.EscapedSlashes == EscapedSlashes.UnescapeAndRedirect;
                raw = unescaped.AsSpan(0, length);
                return CanonicaliseLikeEnvoy(raw) is var fault && fault == TargetFault.None && redirect ? TargetFault.Redirect : fault;
            }

            return CanonicaliseLikeEnvoy(raw);
        }
        finally
        {
            if (unescaped is not null)
                ArrayPool<char>.Shared.Return(unescaped);
        }
    }

    private TargetFault CanonicaliseLikeEnvoy(ReadOnlySpan<char> raw) =>
        (Canonicalise(raw, out _) & PathFaults.Nul) != 0 && _reading.NormalizePath ? TargetFault.Malformed : TargetFault.None;

    private PathFaults Canonicalise(ReadOnlySpan<char> raw, out bool parameters)
    {
        _canonical = ArrayPool<char>.Shared.Rent(CanonicalPath.Growth * raw.Length);
        var path = _canonical.AsSpan();
        var faults = PathFaults.None;
        parameters = false;
        if (_reading.NormalizePath)
        {
            path = path[..CanonicalPath.Decode(raw, path, out faults)];
            path = path[..CanonicalPath.RemoveDots(path, out parameters)];
        }
        else
        {
            raw.CopyTo(path);
            path = path[..raw.Length];
        }

        Path = _reading.MergeSlashes ? path[..CanonicalPath.Merge(path)] : path;
        return faults;
    }
}
