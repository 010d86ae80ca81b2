namespace ConsulConnect.Configuration;

/// <summary>The mesh: who decides, from what, and within which bounds.</summary>
internal static class ConnectRules
{
    public static void Check(ConsulConnectOptions options, List<string> faults)
    {
        var connect = options.Connect;
        if (string.IsNullOrWhiteSpace(options.Endpoint))
            faults.Add($"ConsulConnectOptions.Endpoint is {MessageText.Quote(options.Endpoint ?? "")}, which is blank; write the name of a Kestrel endpoint, such as \"Connect\".");
        RangeRules.Check("Consul:Connect:HandshakeTimeout", connect.HandshakeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), faults);
        RangeRules.CheckAtLeast("Consul:Connect:MaxConcurrentHandshakes", connect.MaxConcurrentHandshakes, 1, faults);
        CheckAuthorization(connect.Authorization, faults);
        UpstreamRules.Check(connect.Upstreams, faults);
        RangeRules.CheckDefined("Consul:Connect:RequestNormalization:PathWithEscapedSlashesAction", connect.RequestNormalization.PathWithEscapedSlashesAction, faults);
        RangeRules.CheckDefined("Consul:Connect:RequestNormalization:HeadersWithUnderscoresAction", connect.RequestNormalization.HeadersWithUnderscoresAction, faults);
        if (connect.Certificates is { } files)
        {
            CheckFile("CertFile", files.CertFile, faults);
            CheckFile("KeyFile", files.KeyFile, faults);
            CheckFile("CaFile", files.CaFile, faults);
        }

        if (connect.Certificates is not null && options.Address is null)
            CheckWithoutAgent(options, faults);
        else
            CheckWithAgent(connect.Authorization, faults);
    }

    private static void CheckAuthorization(ConnectAuthorizationOptions authorization, List<string> faults)
    {
        const string Path = "Consul:Connect:Authorization:";
        RangeRules.CheckDefined(Path + "Provider", authorization.Provider, faults);
        RangeRules.CheckDefined(Path + "DefaultPolicy", authorization.DefaultPolicy, faults);
        RangeRules.CheckDefined(Path + "Mode", authorization.Mode, faults);
        RangeRules.CheckDefined(Path + "Scope", authorization.Scope, faults);
        RangeRules.Check(Path + "RevocationGrace", authorization.RevocationGrace, TimeSpan.Zero, TimeSpan.FromSeconds(60), faults);
        RangeRules.Check(Path + "PollInterval", authorization.PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(60), faults);
        if (authorization.MaxStaleness is { } staleness)
            RangeRules.Check(Path + "MaxStaleness", staleness, TimeSpan.FromSeconds(5), TimeSpan.FromHours(24), faults);
    }

    private static void CheckFile(string key, string? path, List<string> faults)
    {
        if (string.IsNullOrEmpty(path))
            faults.Add($"Consul:Connect:Certificates:{key} is not set; an identity from files needs CertFile, KeyFile and CaFile; add the missing path.");
        else if (!File.Exists(path))
            faults.Add($"Consul:Connect:Certificates:{key} is {MessageText.Quote(path)}, and there is no such file; correct the path.");
    }

    private static void CheckWithAgent(ConnectAuthorizationOptions authorization, List<string> faults)
    {
        if (authorization is { Provider: ConnectAuthorizationProvider.Agent, DefaultPolicy: not ConnectDefaultPolicy.FromAgent })
            faults.Add($"Consul:Connect:Authorization:DefaultPolicy is {authorization.DefaultPolicy} beside Provider Agent, whose verdicts already hold the agent's own default policy; remove DefaultPolicy, or write Intentions as the Provider.");
        if (authorization is { Provider: ConnectAuthorizationProvider.Agent, Mode: ConnectAuthorizationMode.Audit })
            faults.Add("Consul:Connect:Authorization:Mode is Audit beside Consul:Connect:Authorization:Provider Agent, whose verdicts are about connections and hold no permissions to report; remove Mode, or write Intentions as the Provider.");
    }

    // With neither agent nor policy nobody could say who may call, and the one safe guess would refuse everybody without a word.
    private static void CheckWithoutAgent(ConsulConnectOptions options, List<string> faults)
    {
        const string Why = "but with Consul:Connect:Certificates and without Consul:Address there is no agent";
        if (options.Connect.Authorization.DefaultPolicy == ConnectDefaultPolicy.FromAgent)
            faults.Add($"Consul:Connect:Authorization:DefaultPolicy is FromAgent, {Why} to say what holds for callers; write Deny or Allow, or set Consul:Address.");
        if (options.Connect.Authorization.Provider == ConnectAuthorizationProvider.Agent)
            faults.Add($"Consul:Connect:Authorization:Provider is Agent, {Why} to ask about callers; write Intentions, or set Consul:Address.");
        if (options.Service is not null && options.Registration.Enabled)
            faults.Add($"{options.DefinitionPath} asks for an entry in the catalog, {Why} to register with; {(options.Identity is null ? "name the app by Consul:Connect:Service instead" : "remove it")}, or set Consul:Address.");
    }
}
