using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ConsulConnect.TestKit;

/// <summary>How a <see cref="ScriptedAgent"/> listens. By default plain HTTP on a loopback port.</summary>
public sealed class ScriptedAgentOptions
{
    /// <summary>Makes it speak TLS, with HTTP/2 to those who offer it.</summary>
    public X509Certificate2? ServerCertificate { get; set; }

    /// <summary>Whether it asks for a client certificate; any is accepted.</summary>
    public ClientCertificateMode ClientCertificates { get; set; } = ClientCertificateMode.NoCertificate;

    /// <summary>The path of a socket to listen on instead of a port.</summary>
    public string? UnixSocket { get; set; }

    /// <summary>The clock that ends the waits.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
