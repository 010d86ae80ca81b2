namespace ConsulConnect.Configuration;

/// <summary>Judges options as they will be used. It collects every fault; each message is key, value and remedy.</summary>
internal static class OptionsValidator
{
    public static void Validate(ConsulConnectOptions options, KeyOrigins keys, List<string> faults)
    {
        AgentRules.Check(options, keys, faults);
        CheckNames(options, faults);
        if (options.Service is { } service)
            ServiceRules.Check(service, faults);
        ConnectRules.Check(options, faults);
    }

    private static void CheckNames(ConsulConnectOptions options, List<string> faults)
    {
        var (registered, leaf) = (options.Service?.Name, options.Connect.Service);
        if (registered is null && leaf is null)
            faults.Add("""Consul:Service:Name is not set; callers and intentions know this app by it; add "Consul": { "Service": { "Name": "orders" } } to appsettings.json.""");
        NameRules.Check("Consul:Service:Name", registered, faults);
        NameRules.Check("Consul:Connect:Service", leaf, faults);
        if (registered is not null && leaf is not null && registered != leaf)
            faults.Add($"Consul:Connect:Service is {MessageText.Quote(leaf)}, but Consul:Service:Name is {MessageText.Quote(registered)}: callers would find this app under one name and be shown a certificate for another; remove Consul:Connect:Service.");
    }
}
