using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsulConnect.Client;

/// <summary>Which bodies are the same each time they are written. Others are not known to be: an iterator may be gone through once.</summary>
internal static class RepeatableContent
{
    /// <summary>Whether it is bytes in memory, so that writing it runs no code of the app's.</summary>
    public static bool IsInert(HttpContent content) =>
        content.GetType() is var type && (type == typeof(ByteArrayContent) || type == typeof(StringContent) || type == typeof(FormUrlEncodedContent) || type == typeof(ReadOnlyMemoryContent));

    /// <summary>Whether it can be written again after some of it may have been.</summary>
    public static bool Is(HttpContent content) => content switch
    {
        _ when IsInert(content) => true,
        JsonContent json => json.Value is not { } value || IsMaterial(value.GetType(), []),
        MultipartContent parts => parts.GetType().Assembly == typeof(MultipartContent).Assembly && parts.All(Is),
        _ => false,
    };

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "What is trimmed away is not written either.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "What is trimmed away is not written either.")]
    private static bool IsMaterial(Type type, HashSet<Type> seen)
    {
        if (IsValue(type) || !seen.Add(type))
            return true;
        if (type.IsArray)
            return IsMaterial(type.GetElementType()!, seen);
        Type[] faces = type.IsInterface ? [type, .. type.GetInterfaces()] : type.GetInterfaces();
        if (Array.Exists(faces, face => Is(face, typeof(IAsyncEnumerable<>))))
            return false;
        // A collection that has a count is there already.
        if (typeof(IEnumerable).IsAssignableFrom(type))
            return Array.FindAll(faces, face => Is(face, typeof(ICollection<>)) || Is(face, typeof(IReadOnlyCollection<>))) is { Length: > 0 } counted
                && Array.TrueForAll(counted, face => IsMaterial(face.GetGenericArguments()[0], seen));
        // What is behind an interface or an object is known when it is written, and no earlier.
        return type is { IsInterface: false, IsAbstract: false } && type != typeof(object)
            && Array.TrueForAll(type.GetProperties(BindingFlags.Public | BindingFlags.Instance), property => property.GetIndexParameters().Length > 0 || IsMaterial(property.PropertyType, seen))
            && Array.TrueForAll(type.GetFields(BindingFlags.Public | BindingFlags.Instance), field => IsMaterial(field.FieldType, seen));
    }

    private static bool IsValue(Type type) =>
        type.IsPrimitive || type.IsEnum || (type is { IsValueType: true, IsGenericType: false, Namespace: "System" })
        || type == typeof(string) || type == typeof(Uri) || type == typeof(Version)
        || type == typeof(JsonElement) || type == typeof(JsonDocument) || typeof(JsonNode).IsAssignableFrom(type);

    private static bool Is(Type face, Type definition) => face.IsGenericType && face.GetGenericTypeDefinition() == definition;
}
