using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Intentions;

/// <summary>What rules may ask about a request, as it came over the wire and before anything of the app changed it.</summary>
/// <param name="Method">The method, in the caller's spelling. A request to upgrade that HTTP/2 sends as extended CONNECT is a GET, as in HTTP/1.1.</param>
/// <param name="Target">The raw target: path and query, or <c>*</c>, or an absolute form, or the authority of a plain CONNECT.</param>
/// <param name="Authority">Host, or <c>:authority</c>; empty when there is none.</param>
/// <param name="Scheme">https on a mesh connection.</param>
/// <param name="Headers">The header fields.</param>
/// <param name="ServerPath">The path as the server reads the target, which must be the one we read; null when there is no server.</param>
internal readonly record struct RequestView(string Method, string Target, string Authority, string Scheme, IRequestHeaders Headers, string? ServerPath = null);

/// <summary>The header fields of one request.</summary>
internal interface IRequestHeaders
{
    /// <summary>Whether a field's name has an underscore.</summary>
    bool HaveUnderscores { get; }

    /// <summary>Whether a field's name is no token, so that not everyone reads the same name: 400 while a rule is about headers.</summary>
    bool HaveIllegalNames => false;

    /// <summary>The lines of a field in their order, each without the blanks around it; none when it is missing. Letters do not matter.</summary>
    StringValues this[string name] { get; }
}
