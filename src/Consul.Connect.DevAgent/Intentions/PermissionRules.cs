using ConsulConnect.DevAgent.ConfigEntries;

namespace ConsulConnect.DevAgent.Intentions;

/// <summary>What a permission must be. Regular expressions are not looked at, as Consul leaves that to the proxies.</summary>
internal static class PermissionRules
{
    /// <summary>The first fault; null: there is none.</summary>
    /// <param name="at">As in <c>Sources[0].Permissions[1]</c>.</param>
    public static string? Fault(RequestPermission permission, string at)
    {
        if (permission.Action is not ("allow" or "deny"))
            return $"{at}.Action must be set to 'allow' or 'deny'";
        at += ".HTTP";
        if (permission.Http is not { } http)
            return $"{at} is required";
        if (http.PathExact is not ("" or ['/', ..]))
            return $"{at}.PathExact doesn't start with '/': {GoText.Quote(http.PathExact)}";
        if (http.PathPrefix is not ("" or ['/', ..]))
            return $"{at}.PathPrefix doesn't start with '/': {GoText.Quote(http.PathPrefix)}";
        var paths = Count(http.PathExact, http.PathPrefix, http.PathRegex);
        if (paths > 1)
            return $"{at} should only contain at most one of PathExact, PathPrefix, or PathRegex";
        for (var k = 0; k < http.Headers.Length; k++)
            if (HeaderFault(http.Headers[k], $"{at}.Header[{k}]") is { } header)
                return header;
        if (MethodFault(http, at) is { } method)
            return method;
        if (paths == 0 && http.Headers.IsEmpty && http.Methods.IsEmpty)
            return $"{at} should not be empty";
        return IntentionsValidator.FaultOfJwt(permission.Jwt);
    }

    private static string? HeaderFault(HeaderRule header, string at)
    {
        if (header.Name == "")
            return $"{at} missing required Name field";
        if (Count(header.Exact, header.Prefix, header.Suffix, header.Contains, header.Regex) + (header.Present ? 1 : 0) != 1)
            return $"{at} should only contain one of Present, Exact, Prefix, Suffix, Contains, or Regex";
        return header.IgnoreCase && (header.Present || header.Regex != "") ? $"{at} should set one of Exact, Prefix, Suffix, or Contains when using IgnoreCase" : null;
    }

    private static string? MethodFault(HttpRule http, string at)
    {
        var seen = new HashSet<string>();
        foreach (var method in http.Methods)
        {
            if (method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE"))
                return $"{at}.Methods contains an invalid method {GoText.Quote(method)}";
            if (!seen.Add(method))
                return $"{at}.Methods contains {GoText.Quote(method)} more than once";
        }

        return null;
    }

    private static int Count(params ReadOnlySpan<string> texts)
    {
        var count = 0;
        foreach (var text in texts)
            count += text == "" ? 0 : 1;
        return count;
    }
}
