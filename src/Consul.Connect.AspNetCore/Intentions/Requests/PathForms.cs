using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace ConsulConnect.Intentions;

/// <summary>
/// What an app may make of a canonical path: decoded, without parameters, with merged slashes, in every combination. Behind each lies
/// room for one slash. An ordinary path has one form, itself.
/// </summary>
internal ref struct PathForms
{
    private ReadOnlySpan<char> _only;
    private char[]? _buffer;
    private Ends _ends;
    private int _stride;

    public static PathForms Asterisk
    {
        get
        {
            var forms = new PathForms { _only = "*" };
            forms.Rent(1);
            forms.Add("*");
            forms.Add("/");
            return forms;
        }
    }

    public int Count { get; private set; }

    /// <summary>Whether all are ASCII, as a canonical path always is.</summary>
    public bool AreAscii { get; private set; }

    public readonly ReadOnlySpan<char> this[int index] => _buffer is null ? _only : _buffer.AsSpan(index * _stride, _ends[index]);

    public static PathForms Of(ReadOnlySpan<char> path)
    {
        var forms = new PathForms { _only = path, Count = 1, AreAscii = true };
        if (path.ContainsAny('%', ';') || path.Contains("//", StringComparison.Ordinal))
            forms.AddAll(path);
        return forms;
    }

    /// <summary>A form with one slash more than it has.</summary>
    public ReadOnlySpan<char> WithSlash(int index)
    {
        if (_buffer is null)
        {
            var only = _only;
            Count = 0;
            Rent(only.Length);
            Add(only);
        }

        return _buffer.AsSpan(index * _stride, _ends[index] + 1);
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<char>.Shared.Return(_buffer);
        _buffer = null;
    }

    private void AddAll(ReadOnlySpan<char> path)
    {
        Count = 0;
        Rent(path.Length);
        for (var form = 0; form < Ends.Length; form++)
        {
            var room = _buffer.AsSpan(Count * _stride, _stride);
            var length = path.Length;
            if ((form & 1) != 0)
                length = CanonicalPath.RemoveDots(room[..Escape.DecodeAll(path, room, keepSlashes: false)], out _);
            else
                path.CopyTo(room);
            if ((form & 2) != 0)
                length = CanonicalPath.RemoveDots(room[..CanonicalPath.StripParameters(room[..length])], out _);
            if ((form & 4) != 0)
                length = CanonicalPath.Merge(room[..length]);
            Close(room[..length]);
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        var room = _buffer.AsSpan(Count * _stride, text.Length);
        text.CopyTo(room);
        Close(room);
    }

    private void Close(Span<char> form)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].SequenceEqual(form))
                return;
        }

        _buffer![(Count * _stride) + form.Length] = '/';
        _ends[Count++] = form.Length;
        AreAscii = AreAscii && Ascii.IsValid(form);
    }

    private void Rent(int longest)
    {
        _stride = longest + 1;
        _buffer = ArrayPool<char>.Shared.Rent(Ends.Length * _stride);
        AreAscii = true;
    }

    [InlineArray(Length)]
    private struct Ends
    {
        public const int Length = 8;

        private int _first;
    }
}
