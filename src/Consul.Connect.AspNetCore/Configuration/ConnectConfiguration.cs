using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>The one way to options: configuration, then what Consul's environment variables add, then code, then validation of the result.</summary>
internal static class ConnectConfiguration
{
    /// <param name="configuration">The app's whole configuration, of which the <c>Consul</c> section is read; null without one.</param>
    /// <param name="environment">The value of an environment variable, or null.</param>
    /// <param name="configure">Code, which wins over both.</param>
    public static ReadResult Read(IConfiguration? configuration, Func<string, string?> environment, Action<ConsulConnectOptions>? configure)
    {
        var options = new ConsulConnectOptions();
        var keys = new KeyOrigins();
        List<string> faults = [], hints = [], warnings = [];
        if (configuration?.GetSection("Consul") is { } consul)
            OptionsReader.Read(consul, options, faults, hints);
        new EnvironmentReader(environment, keys, faults).Fill(options);
        if (configure is not null)
            Apply(configure, options);
        OptionsValidator.Validate(options, keys, faults);
        if (!options.Origins.VerifyAgent)
            warnings.Add("CONSUL_HTTP_SSL_VERIFY turns the verification of the agent's certificate off: whoever answers at the agent's address receives the token and decides who may call this app.");
        if (faults.Count == 0 && AgentRules.IsReadableOnTheWay(options))
            warnings.Add($"Consul:Address is {options.Address}, plain http to another machine: the private key in the agent's answers can be read on the way; use the local agent or https://.");
        if (options.Connect.Authorization.Mode == ConnectAuthorizationMode.Audit)
            warnings.Add("Consul:Connect:Authorization:Mode is Audit: permissions of intentions are not enforced, only reported; write Enforce when the reports are as they should be.");
        return new(options, faults, warnings, hints);
    }

    private static void Apply(Action<ConsulConnectOptions> configure, ConsulConnectOptions options)
    {
        var (address, token, tokenFile) = (options.Address, options.Token, options.TokenFile);
        configure(options);
        if (options.Address != address)
            options.Origins.Address = options.Address is null ? new AgentOrigins().Address : "code (ConsulConnectOptions.Address)";

        // A token set in code replaces one of the other kind that was read; two set in code stay, and are a fault.
        var (newToken, newFile) = (options.Token is not null && options.Token != token, options.TokenFile is not null && options.TokenFile != tokenFile);
        if (newToken && !newFile)
            options.TokenFile = null;
        else if (newFile && !newToken)
            options.Token = null;
    }
}
