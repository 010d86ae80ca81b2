namespace ConsulConnect.Configuration;

/// <summary>
/// Takes from the variables of Consul's own clients what the configuration leaves open. What belongs together comes from one side
/// only: a token from the configuration beats both variables for one, and so do a CA and a client certificate.
/// </summary>
internal sealed class EnvironmentReader(Func<string, string?> environment, KeyOrigins keys, List<string> faults)
{
    public void Fill(ConsulConnectOptions options)
    {
        options.Origins.UseTls = Flag("CONSUL_HTTP_SSL") ?? false;
        options.Origins.VerifyAgent = Flag("CONSUL_HTTP_SSL_VERIFY") ?? true;
        FillAddress(options);
        FillSecrets(options);
        FillTls(options.Tls);
        options.Namespace ??= Take("Consul:Namespace", "CONSUL_NAMESPACE");
        options.Partition ??= Take("Consul:Partition", "CONSUL_PARTITION");
    }

    private void FillAddress(ConsulConnectOptions options)
    {
        if (options.Address is not null)
            return;
        options.Address = Take("Consul:Address", "CONSUL_HTTP_ADDR");
        if (options.Address is not null)
        {
            options.Origins.Address = "CONSUL_HTTP_ADDR";
            // As Consul's clients do: http:// never takes back what CONSUL_HTTP_SSL asks for.
            if (options.Origins.UseTls && options.Address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
                options.Address = keys.Remember("Consul:Address", "CONSUL_HTTP_ADDR", "https://" + options.Address["http://".Length..]);
        }
        else if (options.Origins.UseTls)
        {
            options.Address = keys.Remember("Consul:Address", "CONSUL_HTTP_SSL", "https://127.0.0.1:8500");
            options.Origins.Address = "CONSUL_HTTP_SSL";
        }
    }

    private void FillSecrets(ConsulConnectOptions options)
    {
        if (options.Token is null && options.TokenFile is null)
        {
            options.Token = Take("Consul:Token", "CONSUL_HTTP_TOKEN");
            options.TokenFile = Take("Consul:TokenFile", "CONSUL_HTTP_TOKEN_FILE");
        }

        if (Read("CONSUL_HTTP_AUTH") is { } auth)
            options.Origins.BasicAuth = auth.Contains(':', StringComparison.Ordinal) ? auth : auth + ":";
    }

    private void FillTls(ConsulTlsOptions tls)
    {
        if (tls.CaFile is null && tls.CaPath is null)
        {
            tls.CaFile = Take("Consul:Tls:CaFile", "CONSUL_CACERT");
            tls.CaPath = Take("Consul:Tls:CaPath", "CONSUL_CAPATH");
        }

        if (tls.CertFile is null && tls.KeyFile is null)
        {
            tls.CertFile = Take("Consul:Tls:CertFile", "CONSUL_CLIENT_CERT");
            tls.KeyFile = Take("Consul:Tls:KeyFile", "CONSUL_CLIENT_KEY");
        }

        tls.ServerName ??= Take("Consul:Tls:ServerName", "CONSUL_TLS_SERVER_NAME");
    }

    private string? Take(string key, string variable) =>
        Read(variable) is { } value ? keys.Remember(key, variable, value) : null;

    private string? Read(string variable) => environment(variable) is { Length: > 0 } value ? value : null;

    private bool? Flag(string variable)
    {
        var text = Read(variable);
        switch (text?.ToUpperInvariant())
        {
            case null:
                return null;
            case "TRUE" or "1":
                return true;
            case "FALSE" or "0":
                return false;
            default:
                faults.Add($"{variable} is {MessageText.Quote(text!)}, which says neither yes nor no; write true, false, 1 or 0.");
                return null;
        }
    }
}
