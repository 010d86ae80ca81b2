namespace ConsulConnect.Tests.Configuration;

public class AWholeSection
{
    [Fact]
    public void Every_key_of_this_version_arrives_in_the_options()
    {
        using var ca = new TestFile();
        using var cert = new TestFile();
        using var key = new TestFile();
        var folder = Path.GetTempPath().TrimEnd('/', '\\').Replace("\\", "\\\\", StringComparison.Ordinal);
        var options = Reading.Valid($$"""
            {
              "Address": "https://agent.example:8501", "Token": "t0", "TokenFile": null, "Datacenter": "dc2", "Namespace": "team", "Partition": "part",
              "WaitTime": "2s", "MaxConnections": 6, "AllowInsecureAgent": true,
              "Tls": { "CaFile": "{{ca.Json}}", "CaPath": "{{folder}}", "CertFile": "{{cert.Json}}", "KeyFile": "{{key.Json}}", "ServerName": "server.dc1.consul" },
              "Service": { "Name": "orders", "Id": "orders-1", "Address": "10.0.0.7", "Port": 9443, "Tags": [ "v2", "eu" ], "Meta": { "Team_Name": "sales" }, "Connect": { "Native": true } },
              "Registration": { "Enabled": false },
              "Connect": {
                "Service": "orders",
                "Authorization": { "Provider": "Intentions", "DefaultPolicy": "Deny", "Mode": "Audit", "Scope": "AnnotatedEndpoints", "RevocationGrace": "0s", "PollInterval": "50ms", "MaxStaleness": "10m" },
                "RequestNormalization": { "MergeSlashes": true, "PathWithEscapedSlashesAction": "KEEP_UNCHANGED", "HeadersWithUnderscoresAction": "DROP_HEADER", "InsecureDisablePathNormalization": false },
                "HandshakeTimeout": "00:00:10", "MaxConcurrentHandshakes": 1,
                "Certificates": { "CertFile": "{{cert.Json}}", "KeyFile": "{{key.Json}}", "CaFile": "{{ca.Json}}" } }
            }
            """);

        Assert.Equal("https://agent.example:8501", options.Address);
        Assert.Equal("Consul:Address", options.Origins.Address);
        Assert.Equal("t0", options.Token);
        Assert.Null(options.TokenFile);
        Assert.Equal(("dc2", "team", "part"), (options.Datacenter, options.Namespace, options.Partition));
        Assert.Equal(TimeSpan.FromSeconds(2), options.WaitTime);
        Assert.Equal(6, options.MaxConnections);
        Assert.True(options.AllowInsecureAgent);
        Assert.Equal((ca.Path, cert.Path, key.Path), (options.Tls.CaFile, options.Tls.CertFile, options.Tls.KeyFile));
        Assert.Equal(Path.GetTempPath().TrimEnd('/', '\\'), options.Tls.CaPath);
        Assert.Equal("server.dc1.consul", options.Tls.ServerName);
        Assert.Equal(("orders", "orders-1", "10.0.0.7", 9443), (options.Service!.Name, options.Service.Id, options.Service.Address, options.Service.Port));
        Assert.Equal(["v2", "eu"], options.Service.Tags);
        Assert.Equal([new("Team_Name", "sales")], options.Service.Meta);
        Assert.False(options.Registration.Enabled);
        Assert.Equal("orders", options.ServiceName);
        Assert.Equal(ConnectAuthorizationProvider.Intentions, options.Connect.Authorization.Provider);
        Assert.Equal(ConnectDefaultPolicy.Deny, options.Connect.Authorization.DefaultPolicy);
        Assert.Equal((ConnectAuthorizationMode.Audit, ConnectAuthorizationScope.AnnotatedEndpoints, TimeSpan.Zero), (options.Connect.Authorization.Mode, options.Connect.Authorization.Scope, options.Connect.Authorization.RevocationGrace));
        Assert.True(options.Connect.RequestNormalization.MergeSlashes);
        Assert.Equal(ConnectEscapedSlashesAction.KeepUnchanged, options.Connect.RequestNormalization.PathWithEscapedSlashesAction);
        Assert.Equal(ConnectUnderscoresAction.DropHeader, options.Connect.RequestNormalization.HeadersWithUnderscoresAction);
        Assert.Equal(TimeSpan.FromMilliseconds(50), options.Connect.Authorization.PollInterval);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Connect.Authorization.MaxStaleness);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Connect.HandshakeTimeout);
        Assert.Equal(1, options.Connect.MaxConcurrentHandshakes);
        Assert.Equal((cert.Path, key.Path, ca.Path), (options.Connect.Certificates!.CertFile, options.Connect.Certificates.KeyFile, options.Connect.Certificates.CaFile));
    }

    [Fact]
    public void A_name_is_enough()
    {
        var options = Reading.Valid(Reading.Named);

        Assert.Null(options.Address);
        Assert.Equal("the default", options.Origins.Address);
        Assert.Equal("orders", options.ServiceName);
        Assert.Equal(TimeSpan.FromSeconds(25), options.WaitTime);
        Assert.Null(options.Connect.Certificates);
    }

    [Fact]
    public void A_client_only_app_sets_just_the_name_in_the_mesh()
    {
        var options = Reading.Valid("""{ "Connect": { "Service": "web" } }""");

        Assert.Equal("web", options.ServiceName);
        Assert.Null(options.Service);
    }

    [Fact]
    public void Null_and_empty_mean_not_set_for_keys_of_any_version()
    {
        var options = Reading.Valid("""
            { "Address": null, "Token": "", "WaitTime": null, "Tls": { "CaFile": null }, "Services": null,
              "Service": { "Name": "orders", "Id": null, "Tags": [], "Meta": {}, "Weights": {}, "Checks": [] },
              "Connect": { "Certificates": null, "Upstreams": {}, "Authorization": { "MaxStaleness": null } } }
            """);

        Assert.Null(options.Address);
        Assert.Null(options.Token);
        Assert.Null(options.Tls.CaFile);
        Assert.Null(options.Connect.Certificates);
    }

    [Fact]
    public void Keys_are_found_in_any_case()
    {
        var options = Reading.Valid("""{ "service": { "name": "orders" }, "connect": { "authorization": { "provider": "agent" } } }""");

        Assert.Equal("orders", options.ServiceName);
        Assert.Equal(ConnectAuthorizationProvider.Agent, options.Connect.Authorization.Provider);
    }
}
