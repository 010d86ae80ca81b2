using Microsoft.Extensions.Configuration;

namespace ConsulConnect.Configuration;

/// <summary>
/// Fills options from the <c>Consul</c> section; what it does not name keeps its default. The definition is that of the identity the
/// options are for; the rest all identities share.
/// </summary>
internal static class OptionsReader
{
    public static void Read(IConfiguration consul, ConsulConnectOptions options, List<string> faults)
    {
        var root = new SectionReader(consul, SectionKeys.Root, faults);
        options.Address = root.Text("Address");
        if (options.Address is not null)
            options.Origins.Address = "Consul:Address";
        options.Token = root.Text("Token");
        options.TokenFile = root.Text("TokenFile");
        options.Datacenter = root.Text("Datacenter");
        options.Namespace = root.Text("Namespace");
        options.Partition = root.Text("Partition");
        options.WaitTime = root.Duration("WaitTime") ?? options.WaitTime;
        options.MaxConnections = root.Number("MaxConnections") ?? options.MaxConnections;
        options.AllowInsecureAgent = root.Flag("AllowInsecureAgent") ?? options.AllowInsecureAgent;

        if (root.Section("Tls", """{ "CaFile": "…" }""") is { } tls)
            ReadTls(new(tls, SectionKeys.Tls, faults), options.Tls);
        if (root.Section("Registration", """{ "Enabled": true }""") is { } registration)
            ReadRegistration(new(registration, SectionKeys.Registration, faults), options.Registration);
        if (root.Section("Connect", """{ "Service": "orders" }""") is { } connect)
            ReadConnect(new(connect, SectionKeys.Connect, faults), options.Connect, faults);
        // The shared name is that of the identity without a key.
        if (options.Identity is not null)
            options.Connect.Service = null;
    }

    /// <summary>Reads the identity's definition, where there is one.</summary>
    public static void ReadDefinition(IConfiguration consul, ConsulConnectOptions options, Findings findings)
    {
        // What else is wrong with the section is said where the rest is read.
        var root = new SectionReader(consul, SectionKeys.Root, []);
        var others = root.Section("Services", """{ "billing": { "Name": "billing" } }""", findings.Faults);
        var definition = options.Identity is null
            ? root.Section("Service", """{ "Name": "orders" }""", findings.Faults)
            : others?.GetSection(options.Identity);
        if (definition is null || !SectionReader.IsSet(definition))
            return;
        if (definition.GetChildren().Any())
            options.Service = new ServiceDefinitionReader(findings.Faults, findings.Hints).Read(definition, options.DefinitionPath);
        else
            findings.Faults.Add($$"""{{options.DefinitionPath}} is a plain value, but takes a section; write { "Name": "orders" }.""");
    }

    private static void ReadRegistration(SectionReader section, ConsulRegistrationOptions registration)
    {
        registration.Enabled = section.Flag("Enabled") ?? registration.Enabled;
        registration.OnShutdown = section.Choice<ConsulShutdownAction>("OnShutdown") ?? registration.OnShutdown;
        registration.PropagationDelay = section.Duration("PropagationDelay") ?? registration.PropagationDelay;
        registration.DrainTime = section.Duration("DrainTime") ?? registration.DrainTime;
        registration.FailFast = section.Flag("FailFast") ?? registration.FailFast;
    }

    private static void ReadTls(SectionReader section, ConsulTlsOptions tls)
    {
        tls.CaFile = section.Text("CaFile");
        tls.CaPath = section.Text("CaPath");
        tls.CertFile = section.Text("CertFile");
        tls.KeyFile = section.Text("KeyFile");
        tls.ServerName = section.Text("ServerName");
    }

    private static void ReadConnect(SectionReader section, ConnectOptions connect, List<string> faults)
    {
        connect.Service = section.Text("Service");
        connect.HandshakeTimeout = section.Duration("HandshakeTimeout") ?? connect.HandshakeTimeout;
        connect.MaxConcurrentHandshakes = section.Number("MaxConcurrentHandshakes") ?? connect.MaxConcurrentHandshakes;
        if (section.Section("Authorization", """{ "Provider": "Intentions" }""") is { } authorization)
            ReadAuthorization(new(authorization, SectionKeys.Authorization, faults), connect.Authorization);
        if (section.Section("RequestNormalization", """{ "MergeSlashes": true }""") is { } normalization)
            RequestNormalizationReader.Read(new(normalization, SectionKeys.RequestNormalization, faults), connect.RequestNormalization, faults);
        if (section.Section("Certificates", """{ "CertFile": "…", "KeyFile": "…", "CaFile": "…" }""") is { } certificates)
            connect.Certificates = ReadCertificates(new(certificates, SectionKeys.Certificates, faults));
        if (section.Section("Upstreams", """{ "payments": { "Datacenter": "dc2" } }""") is { } upstreams)
            UpstreamsReader.Read(upstreams, connect.Upstreams, faults);
    }

    private static void ReadAuthorization(SectionReader section, ConnectAuthorizationOptions authorization)
    {
        authorization.Provider = section.Choice<ConnectAuthorizationProvider>("Provider") ?? authorization.Provider;
        authorization.DefaultPolicy = section.Choice<ConnectDefaultPolicy>("DefaultPolicy") ?? authorization.DefaultPolicy;
        authorization.Mode = section.Choice<ConnectAuthorizationMode>("Mode") ?? authorization.Mode;
        authorization.Scope = section.Choice<ConnectAuthorizationScope>("Scope") ?? authorization.Scope;
        authorization.RevocationGrace = section.Duration("RevocationGrace") ?? authorization.RevocationGrace;
        authorization.PollInterval = section.Duration("PollInterval") ?? authorization.PollInterval;
        authorization.MaxStaleness = section.Duration("MaxStaleness");
    }

    private static ConnectCertificateFiles ReadCertificates(SectionReader section) => new()
    {
        CertFile = section.Text("CertFile"),
        KeyFile = section.Text("KeyFile"),
        CaFile = section.Text("CaFile"),
    };
}
