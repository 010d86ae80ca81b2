using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>The one way to options: configuration, then what Consul's environment variables add, then code, then validation of the result.</summary>
internal static class ConnectConfiguration
{
    /// <summary>Reads the options of one identity of the process.</summary>
    /// <param name="configuration">The app's whole configuration, of which the <c>Consul</c> section is read; null without one.</param>
    /// <param name="environment">The value of an environment variable, or null.</param>
    /// <param name="configure">Code, which wins over both.</param>
    /// <param name="identity">
    /// Null for the identity that <c>Consul:Service</c> and <c>Consul:Connect:Service</c> describe; else the key below
    /// <c>Consul:Services</c>, which is also the name in the mesh where nothing else says one. Everything else is shared.
    /// </param>
    public static ReadResult Read(IConfiguration? configuration, Func<string, string?> environment, Action<ConsulConnectOptions>? configure, string? identity = null)
    {
        var findings = new Findings();
        var keys = new KeyOrigins();
        var options = new ConsulConnectOptions { Identity = identity };
        if (configuration?.GetSection("Consul") is { } consul)
        {
            OptionsReader.Read(consul, options, findings.Faults);
            OptionsReader.ReadDefinition(consul, options, findings);
            SteeltoeKeys.Hint(consul, findings.Hints);
        }

        new EnvironmentReader(environment, keys, findings.Faults).Fill(options);
        Apply(configure, options);
        OptionsValidator.Validate(options, keys, findings);
        Warn(options, findings);
        return new(options, findings.Faults, findings.Warnings, findings.Hints);
    }

    /// <summary>
    /// Reads the definition of a running identity again. What else has changed is left alone, right or wrong: it counts from the next
    /// start on (<see cref="KeysInUse"/>).
    /// </summary>
    /// <param name="configuration">As in <see cref="Read"/>.</param>
    /// <param name="environment">As in <see cref="Read"/>.</param>
    /// <param name="configure">As in <see cref="Read"/>: it runs again, so that what it says of the definition stays.</param>
    /// <param name="running">The options the identity runs with; they are not changed.</param>
    public static DefinitionResult ReadDefinition(IConfiguration configuration, Func<string, string?> environment, Action<ConsulConnectOptions>? configure, ConsulConnectOptions running)
    {
        var findings = new Findings();
        var keys = new KeyOrigins();
        var options = new ConsulConnectOptions { Identity = running.Identity };
        var consul = configuration.GetSection("Consul");
        OptionsReader.Read(consul, options, []);
        OptionsReader.ReadDefinition(consul, options, findings);
        new EnvironmentReader(environment, keys, []).Fill(options);
        Apply(configure, options);
        DefinitionRules.Check(options, keys, findings);
        if (findings.Faults.Count == 0)
            DefinitionRules.CheckSame(options, running, findings.Faults);
        return new(findings.Faults.Count == 0 ? options.Service : null, findings.Faults, findings.Warnings, findings.Hints);
    }

    /// <summary>The keys of the identities that are defined below <c>Consul:Services</c>, whether the app has such identities or not.</summary>
    public static IReadOnlyList<string> IdentitiesIn(IConfiguration? configuration) =>
        [.. configuration?.GetSection("Consul:Services").GetChildren().Where(SectionReader.IsSet).Select(child => child.Key) ?? []];

    private static void Apply(Action<ConsulConnectOptions>? configure, ConsulConnectOptions options)
    {
        var (address, token, tokenFile) = (options.Address, options.Token, options.TokenFile);
        configure?.Invoke(options);
        if (options.Address != address)
            options.Origins.Address = options.Address is null ? new AgentOrigins().Address : "code (ConsulConnectOptions.Address)";

        // A token set in code replaces one of the other kind that was read; two set in code stay, and are a fault.
        var (newToken, newFile) = (options.Token is not null && options.Token != token, options.TokenFile is not null && options.TokenFile != tokenFile);
        if (newToken && !newFile)
            options.TokenFile = null;
        else if (newFile && !newToken)
            options.Token = null;
        if (options is { Identity: { } identity, Connect.Service: null, Service: null or { Name: null } })
            options.Connect.Service = identity;
    }

    private static void Warn(ConsulConnectOptions options, Findings findings)
    {
        if (!options.Origins.VerifyAgent)
            findings.Warnings.Add("CONSUL_HTTP_SSL_VERIFY turns the verification of the agent's certificate off: whoever answers at the agent's address receives the token and decides who may call this app.");
        if (findings.Faults.Count == 0 && AgentRules.IsReadableOnTheWay(options))
            findings.Warnings.Add($"Consul:Address is {options.Address}, plain http to another machine: the private key in the agent's answers can be read on the way; use the local agent or https://.");
        if (options.Connect.Authorization.Mode == ConnectAuthorizationMode.Audit)
            findings.Warnings.Add("Consul:Connect:Authorization:Mode is Audit: permissions of intentions are not enforced, only reported; write Enforce when the reports are as they should be.");
    }
}
