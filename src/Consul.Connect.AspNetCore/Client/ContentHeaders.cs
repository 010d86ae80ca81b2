namespace ConsulConnect.Client;

/// <summary>The header fields of a body that takes another body's place: as they came, parsed by nobody.</summary>
internal static class ContentHeaders
{
    public static void Copy(HttpContent from, HttpContent to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
        {
            if (values.Count == 1)
                to.Headers.TryAddWithoutValidation(name, values.ToString());
            else
                to.Headers.TryAddWithoutValidation(name, values);
        }
    }
}
