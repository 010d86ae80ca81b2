using Microsoft.AspNetCore.Http;

namespace ConsulConnect.TestKit;

internal sealed record ScriptedAnswer(int Status, string Body)
{
    public bool IsJson { get; init; }

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public static ScriptedAnswer Json(string body) => new(200, body) { IsJson = true };

    public static ScriptedAnswer Empty { get; } = new(200, "");

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = IsJson ? "application/json" : "text/plain; charset=utf-8";
        context.Response.Headers.Vary = "Accept-Encoding";
        foreach (var (name, value) in Headers)
            context.Response.Headers[name] = value;
        context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(Body);
        await context.Response.WriteAsync(Body);
    }
}
