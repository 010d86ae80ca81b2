using ConsulConnect.Agent;

namespace ConsulConnect.Configuration;

/// <summary>How the agent is reached: address, secrets, TLS, limits.</summary>
internal static class AgentRules
{
    public static void Check(ConsulConnectOptions options, KeyOrigins keys, List<string> faults)
    {
        CheckAddress(options, keys, faults);
        CheckToken(options, keys, faults);
        CheckTls(options.Tls, keys, faults);
        CheckScope("Consul:Datacenter", options.Datacenter, keys, faults);
        CheckScope("Consul:Namespace", options.Namespace, keys, faults);
        CheckScope("Consul:Partition", options.Partition, keys, faults);
        RangeRules.Check("Consul:WaitTime", options.WaitTime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), faults);
        RangeRules.CheckAtLeast("Consul:MaxConnections", options.MaxConnections, 6, faults);
    }

    /// <summary>Whether what the agent answers crosses a network in clear, for addresses that are valid.</summary>
    public static bool IsReadableOnTheWay(ConsulConnectOptions options) =>
        options.Address is { } text && AgentAddress.TryParse(text, options.Origins.UseTls, out var address, out _) && !address!.UsesTls && !address.IsLoopback;

    private static void CheckAddress(ConsulConnectOptions options, KeyOrigins keys, List<string> faults)
    {
        if (options.Address is not { } text)
            return;
        var key = keys.Of("Consul:Address", text);
        if (!AgentAddress.TryParse(text, options.Origins.UseTls, out var address, out var reason))
            faults.Add($"{key} is {Show(text)}, which cannot be used: {reason}; write for example \"{AgentAddress.Default}\".");
        else if (!address!.UsesTls && !address.IsLoopback && !options.AllowInsecureAgent && Secret(options, keys) is { } secret)
            faults.Add($"{key} is {Show(text)}, plain http to another machine: what {secret} holds, and the private key in the agent's answers, could be read on the way; use https://, or set Consul:AllowInsecureAgent to true where the network is trusted.");
    }

    private static void CheckToken(ConsulConnectOptions options, KeyOrigins keys, List<string> faults)
    {
        var (token, file) = (keys.Of("Consul:Token", options.Token), keys.Of("Consul:TokenFile", options.TokenFile));
        if (options.Token is not null && options.TokenFile is not null)
            faults.Add($"{token} and {file} are both set, and which of them holds is not clear; remove one.");
        if (options.Token is { } text && text.Any(c => c is <= ' ' or > '~'))
            faults.Add($"{token} (not shown) holds a blank, a line break or another character no token has; write the token alone.");
        if (options.TokenFile is { } path && !File.Exists(path))
            faults.Add($"{file} is {ShowPath(path)}, and there is no such file; correct the path or remove it.");
    }

    private static void CheckTls(ConsulTlsOptions tls, KeyOrigins keys, List<string> faults)
    {
        CheckFile("Consul:Tls:CaFile", tls.CaFile);
        CheckFile("Consul:Tls:CertFile", tls.CertFile);
        CheckFile("Consul:Tls:KeyFile", tls.KeyFile);
        if (tls.CaPath is { } folder && !Directory.Exists(folder))
            faults.Add($"{keys.Of("Consul:Tls:CaPath", folder)} is {MessageText.Quote(folder)}, and there is no such folder; correct the path or remove it.");
        if (tls.CertFile is not null && tls.KeyFile is null)
            faults.Add($"{keys.Of("Consul:Tls:CertFile", tls.CertFile)} is {MessageText.Quote(tls.CertFile)}, but a client certificate needs its private key; set Consul:Tls:KeyFile too.");
        if (tls.KeyFile is not null && tls.CertFile is null)
            faults.Add($"{keys.Of("Consul:Tls:KeyFile", tls.KeyFile)} is {MessageText.Quote(tls.KeyFile)}, but a private key needs its certificate; set Consul:Tls:CertFile too.");
        if (tls.ServerName is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown)
            faults.Add($"{keys.Of("Consul:Tls:ServerName", name)} is {MessageText.Quote(name)}, which is no host name; write the name in the agent's certificate, such as \"server.dc1.consul\".");

        void CheckFile(string key, string? path)
        {
            if (path is not null && !File.Exists(path))
                faults.Add($"{keys.Of(key, path)} is {MessageText.Quote(path)}, and there is no such file; correct the path or remove it.");
        }
    }

    // Empty means the agent's own, as it does to Consul.
    private static void CheckScope(string key, string? name, KeyOrigins keys, List<string> faults) =>
        NameRules.Check(keys.Of(key, name), name is "" ? null : name, faults);

    private static string? Secret(ConsulConnectOptions options, KeyOrigins keys) =>
        options.Token is not null ? keys.Of("Consul:Token", options.Token)
        : options.TokenFile is not null ? keys.Of("Consul:TokenFile", options.TokenFile)
        : options.Origins.BasicAuth is not null ? "CONSUL_HTTP_AUTH"
        : null;

    // An address is no secret, but people write credentials and tokens into one.
    private static string Show(string address) =>
        address.Contains('@', StringComparison.Ordinal) || address.Contains('?', StringComparison.Ordinal) ? "not shown here" : MessageText.Quote(address);

    // A path can be shown; what has no folder may be the token itself, under the wrong key.
    private static string ShowPath(string path) => Path.IsPathRooted(path) ? MessageText.Quote(path) : "not shown here, because it may be a token";
}
