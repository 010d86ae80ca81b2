namespace ConsulConnect.Client;

/// <summary>
/// Which bodies are the same each time they are written. Of others nobody knows: what is made into JSON may be gone through once only.
/// </summary>
internal static class RepeatableContent
{
    /// <summary>Whether it is bytes in memory, so that writing it runs no code of the app's.</summary>
    public static bool IsInert(HttpContent content) =>
        content.GetType() is var type && (type == typeof(ByteArrayContent) || type == typeof(StringContent) || type == typeof(FormUrlEncodedContent) || type == typeof(ReadOnlyMemoryContent));

    /// <summary>Whether it can be written again after some of it may have been.</summary>
    public static bool Is(HttpContent content) =>
        IsInert(content) || (content is MultipartContent parts && parts.GetType().Assembly == typeof(MultipartContent).Assembly && parts.All(Is));
}
