namespace ConsulConnect.Configuration;

/// <summary>Judges options as they will be used. It collects every fault; each message is key, value and remedy.</summary>
internal static class OptionsValidator
{
    public static void Validate(ConsulConnectOptions options, KeyOrigins keys, Findings findings)
    {
        AgentRules.Check(options, keys, findings.Faults);
        DefinitionRules.Check(options, keys, findings);
        RegistrationRules.Check(options.Registration, findings.Faults);
        ConnectRules.Check(options, findings.Faults);
    }
}
