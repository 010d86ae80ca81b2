namespace ConsulConnect;

/// <summary>TLS towards the agent. A set member also turns on TLS for a <c>unix://</c> address.</summary>
public sealed class ConsulTlsOptions
{
    /// <summary>PEM file with the CA certificates that may sign the agent's certificate. Default: <c>CONSUL_CACERT</c>, else the system's store.</summary>
    public string? CaFile { get; set; }

    /// <summary>Folder of PEM files with such CA certificates. Default: <c>CONSUL_CAPATH</c>.</summary>
    public string? CaPath { get; set; }

    /// <summary>PEM file with the client certificate and its chain. Needs <see cref="KeyFile"/>. Default: <c>CONSUL_CLIENT_CERT</c>.</summary>
    public string? CertFile { get; set; }

    /// <summary>PEM file with the client certificate's private key. Default: <c>CONSUL_CLIENT_KEY</c>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The name expected in the agent's certificate. Default: <c>CONSUL_TLS_SERVER_NAME</c>, else the host of the address.</summary>
    public string? ServerName { get; set; }
}
