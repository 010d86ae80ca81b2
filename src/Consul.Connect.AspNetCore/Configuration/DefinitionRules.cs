namespace ConsulConnect.Configuration;

/// <summary>What one identity is called, where it belongs, and its entry in the catalog.</summary>
internal static class DefinitionRules
{
    public static void Check(ConsulConnectOptions options, KeyOrigins keys, Findings findings)
    {
        CheckNames(options, findings);
        if (options.Service is not { } service)
            return;
        options.Namespace = Scope("Namespace", service.Namespace, options.Namespace, options.DefinitionPath, keys, findings.Faults);
        options.Partition = Scope("Partition", service.Partition, options.Partition, options.DefinitionPath, keys, findings.Faults);
        new ServiceRules(options.DefinitionPath, findings.Faults, findings.Hints).Check(service);
    }

    /// <summary>What a running identity cannot take over, because its certificate and its loops are bound to it.</summary>
    public static void CheckSame(ConsulConnectOptions options, ConsulConnectOptions running, List<string> faults)
    {
        var (path, service) = (options.DefinitionPath, options.Service);
        Same(service?.Name is null ? "Consul:Connect:Service" : $"{path}:Name", options.ServiceName, running.ServiceName);
        Same(service?.Namespace is null ? "Consul:Namespace" : $"{path}:Namespace", Named(options.Namespace), Named(running.Namespace));
        Same(service?.Partition is null ? "Consul:Partition" : $"{path}:Partition", Named(options.Partition), Named(running.Partition));

        void Same(string key, string? now, string? before)
        {
            if (now != before)
                faults.Add($"{key} has become {Show(now)} and was {Show(before)}, for which the app has its certificate; restart the app, or write it back.");
        }

        static string Show(string? name) => name is null ? "unset" : MessageText.Quote(name);
    }

    private static void CheckNames(ConsulConnectOptions options, Findings findings)
    {
        var (key, registered, leaf) = ($"{options.DefinitionPath}:Name", options.Service?.Name, options.Connect.Service);
        if (registered is null && leaf is null)
            findings.Faults.Add("""Consul:Service:Name is not set; callers and intentions know this app by it; add "Consul": { "Service": { "Name": "orders" } } to appsettings.json.""");
        NameRules.Check(key, registered, findings.Faults);
        NameRules.Check("The key of the identity", options.Identity, findings.Faults);
        NameRules.Check("Consul:Connect:Service", leaf == options.Identity ? null : leaf, findings.Faults);
        if (registered is not null && leaf is not null && registered != leaf)
            findings.Faults.Add($"Consul:Connect:Service is {MessageText.Quote(leaf)}, but {key} is {MessageText.Quote(registered)}: callers would find this app under one name and be shown a certificate for another; remove Consul:Connect:Service.");
        if (options.ServiceName is { } name && NameRules.Explain(name) is null)
            NameRules.Warn(registered is not null ? key : name == options.Identity ? "The key of the identity" : "Consul:Connect:Service", name, findings.Warnings);
    }

    /// <returns>What holds for the identity: the definition's where only it says something.</returns>
    private static string? Scope(string name, string? defined, string? shared, string path, KeyOrigins keys, List<string> faults)
    {
        if (defined is null)
            return shared;
        var key = $"{path}:{name}";
        if (defined.Length > 0 && NameRules.Explain(defined) is { } reason)
            faults.Add($"{key} is {MessageText.Quote(defined)}, {reason}; use letters, digits, \".\", \"_\" and \"-\".");
        else if (shared is not null && Named(shared) != Named(defined))
            faults.Add($"{key} is {MessageText.Quote(defined)}, but {keys.Of($"Consul:{name}", shared)} is {MessageText.Quote(shared)}: the certificate would be for one and the entry in the other; remove one.");
        return shared ?? defined;
    }

    // Empty and default are one place, and never sent.
    private static string? Named(string? scope) =>
        string.IsNullOrEmpty(scope) || scope.Equals("default", StringComparison.OrdinalIgnoreCase) ? null : scope;
}
