namespace ConsulConnect.TestKit;

/// <summary>An agent's folder: its configuration, and its data when it keeps them.</summary>
internal sealed class ConsulAgentFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("consul-agent-");

    public string ConfigurationFile => Path.Combine(_folder.FullName, "agent.hcl");

    public void Write(ConsulAgentOptions options, ConsulPorts ports, string? managementToken, Version version)
    {
        var lines = new List<string>
        {
            $"node_name = \"node-{ports.Http}\"",
            $"datacenter = \"{options.Datacenter}\"",
            "bind_addr = \"127.0.0.1\"",
            "client_addr = \"127.0.0.1\"",
            $"server = {(options.IsServer ? "true" : "false")}",
            "ports {",
            $"  http = {ports.Http}",
            $"  server = {ports.Server}",
            $"  serf_lan = {ports.SerfLan}",
            $"  serf_wan = {(options.IsFederated ? ports.SerfWan : -1)}",
            "  dns = -1",
            "  grpc = -1",
            version >= new Version(1, 14) ? "  grpc_tls = -1" : "",
            "}",
            // A lone server is its own leader; how long it hesitates is this factor.
            "performance { raft_multiplier = 1 }",
        };
        if (!options.IsDevelopment)
            lines.Add($"data_dir = \"{Path.Combine(_folder.FullName, "data")}\"");
        if (options is { IsServer: true, KeepsState: true })
            lines.Add("bootstrap_expect = 1\nconnect { enabled = true }");
        if (options.Join is not null)
            lines.Add($"retry_join = [\"127.0.0.1:{options.Join.Ports.SerfLan}\"]\nretry_interval = \"200ms\"");
        if (options.Primary is not null)
            lines.Add($"primary_datacenter = \"{options.Primary.Options.Datacenter}\"\nretry_join_wan = [\"127.0.0.1:{options.Primary.Ports.SerfWan}\"]\nretry_interval_wan = \"200ms\"");
        if (managementToken is not null)
        {
            var management = version >= new Version(1, 11) ? "initial_management" : "master";
            var tokens = $"agent = \"{managementToken}\"{(options.IsServer ? $"\n{management} = \"{managementToken}\"" : "")}";
            lines.Add($"acl {{\nenabled = true\ndefault_policy = \"{options.AclDefaultPolicy}\"\ntokens {{\n{tokens}\n}}\n}}");
        }

        lines.Add(options.Hcl);
        File.WriteAllLines(ConfigurationFile, lines);
    }

    /// <summary>Removes what was registered with the agent; who it is in the cluster stays.</summary>
    public void ForgetServices()
    {
        foreach (var kind in (ReadOnlySpan<string>)["services", "checks"])
        {
            var folder = Path.Combine(_folder.FullName, "data", kind);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal sealed record ConsulPorts(int Http, int Server, int SerfLan, int SerfWan)
{
    public static ConsulPorts Take()
    {
        var free = FreePorts.Take(4);
        return new(free[0], free[1], free[2], free[3]);
    }
}
