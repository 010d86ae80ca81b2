using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>Reads one check of a service definition.</summary>
internal static class CheckReader
{
    /// <param name="place">Where it stands in its definition.</param>
    public static ConsulCheckOptions Read(IConfigurationSection section, string path, string place, List<string> faults)
    {
        var reader = new SectionReader(section, DefinitionKeys.Check, faults, path);
        var check = new ConsulCheckOptions
        {
            Place = place,
            Id = reader.Text("Id"),
            Name = reader.Text("Name"),
            Notes = reader.Text("Notes"),
            Status = reader.Text("Status"),
            Ttl = reader.Duration("Ttl"),
            Http = reader.Text("Http"),
            Method = reader.Text("Method"),
            Body = reader.Text("Body"),
            DisableRedirects = reader.Flag("DisableRedirects"),
            Tcp = reader.Text("Tcp"),
            TcpUseTls = reader.Flag("TcpUseTls"),
            Udp = reader.Text("Udp"),
            Grpc = reader.Text("Grpc"),
            GrpcUseTls = reader.Flag("GrpcUseTls"),
            H2Ping = reader.Text("H2Ping"),
            H2PingUseTls = reader.Flag("H2PingUseTls"),
            OsService = reader.Text("OsService"),
            AliasService = reader.Text("AliasService"),
            AliasNode = reader.Text("AliasNode"),
            Interval = reader.Duration("Interval"),
            Timeout = reader.Duration("Timeout"),
            TlsSkipVerify = reader.Flag("TlsSkipVerify"),
            TlsServerName = reader.Text("TlsServerName"),
            SuccessBeforePassing = reader.Number("SuccessBeforePassing"),
            FailuresBeforeWarning = reader.Number("FailuresBeforeWarning"),
            FailuresBeforeCritical = reader.Number("FailuresBeforeCritical"),
            OutputMaxSize = reader.Number("OutputMaxSize"),
            DeregisterCriticalServiceAfter = reader.Duration("DeregisterCriticalServiceAfter"),
        };
        if (reader.Section("Args", """[ "/usr/local/bin/check" ]""") is { } args)
            ListForm.ReadTexts(args, $"{path}:Args", "Args", "/usr/local/bin/check", check.Args, faults);
        if (reader.Section("Header", """{ "X-Probe": [ "consul" ] }""") is { } header)
            ReadHeader(ListForm.Unwrap(header), $"{path}:Header", check.Header, faults);
        return check;
    }

    private static void ReadHeader(IConfigurationSection section, string path, IDictionary<string, IList<string>> header, List<string> faults)
    {
        foreach (var field in section.GetChildren())
        {
            List<string> values = [];
            if (field.GetChildren().Any())
                ListForm.ReadTexts(field, $"{path}:{MessageText.Plain(field.Key)}", MessageText.Plain(field.Key), "consul", values, faults);
            else if (!string.IsNullOrEmpty(field.Value))
                faults.Add($"{path}:{MessageText.Plain(field.Key)} is a plain value, but takes a list of texts; write \"{MessageText.Plain(field.Key)}\": [ \"…\" ].");
            header[field.Key] = values;
        }
    }
}
