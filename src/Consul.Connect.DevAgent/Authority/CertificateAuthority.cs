using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulConnect.DevAgent.State;

namespace ConsulConnect.DevAgent.Authority;

/// <summary>The mesh's own authority: the roots, their rotation, and the signing of leaves.</summary>
internal sealed class CertificateAuthority
{
    private readonly AgentState _state;
    private readonly TimeProvider _clock;
    private readonly AgentLog _log;
    private readonly bool _leafHasCommonName;
    private readonly Table<CaState> _table;
    private readonly string _datacenter;

    // Where a new Consul stands when it makes its first root.
    private ulong _serial = 6;

    public CertificateAuthority(ConsulDevAgentOptions options, AgentState state, AgentLog log)
    {
        (_state, _clock, _log, _datacenter, _leafHasCommonName) = (state, options.Clock, log, options.Datacenter, options.LeafHasCommonName);
        TrustDomain = (options.TrustDomain ?? $"{Guid.NewGuid()}.consul").ToLowerInvariant();
        var key = CaKey.Create("ec", 256);
        var certificate = CreateRoot(key);
        Table<CaState>? table = null;
        state.Write(write =>
        {
            var configuration = new CaConfiguration(CaConfigurationReader.Default(options.LeafLifetime), false, options.LeafLifetime, write.Index, write.Index);
            table = new(new([new(certificate, key, [], IsActive: true, write.Index, write.Index)], configuration, _clock.GetUtcNow()));
            write.Touch(Topics.Roots);
        });
        _table = table!;
    }

    public string TrustDomain { get; }

    /// <summary>The trust domain without its <c>.consul</c>.</summary>
    public string ClusterId => TrustDomain.Split('.')[0];

    public CaState Current => _table.Current;

    /// <summary>Makes a new root the active one, and lists the old ones beside it.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="certificate">Null: one is made.</param>
    /// <param name="removeOld">Lists the new one alone.</param>
    /// <param name="config">The configuration that asked for it; null: it stays.</param>
    public CaRoot Rotate(CaKey key, X509Certificate2? certificate = null, bool removeOld = false, CaConfiguration? config = null)
    {
        certificate ??= CreateRoot(key);
        _state.Write(write =>
        {
            var before = Current;
            var cross = CaCertificates.CrossSign(certificate, before.Active, TrustDomain, NextSerial(), SecondOf(_clock.GetUtcNow().AddMinutes(-1)));
            var added = new CaRoot(certificate, key, [cross.ExportCertificatePem() + "\n"], IsActive: true, write.Index, write.Index);
            var kept = removeOld ? [] : before.Roots.Where(root => root.Id != added.Id).Select(root => root with { IsActive = false, ModifyIndex = write.Index });
            var configuration = (config ?? before.Configuration) with { ModifyIndex = write.Index };
            write.Set(_table, new([.. kept.Append(added).OrderBy(root => root.Id, StringComparer.Ordinal)], configuration, _clock.GetUtcNow()));
            write.Touch(Topics.Roots);
        });
        _log.RootRotated(Current.Active.Id, Current.Roots.Count);
        return Current.Active;
    }

    /// <summary>Stores a configuration that leaves the roots as they are. Who waits for roots is woken all the same, as by Consul.</summary>
    public void Configure(CaConfiguration configuration) => _state.Write(write =>
    {
        write.Set(_table, Current with { Configuration = configuration with { ModifyIndex = write.Index } });
        write.Touch(Topics.Roots);
    });

    public Leaf Issue(string service)
    {
        var current = Current;
        var lifetime = current.Configuration.LeafLifetime;
        var now = _clock.GetUtcNow();
        var notBefore = SecondOf(now.AddMinutes(-1));
        // A short life counts from now, or it would be over before it began.
        var start = lifetime < TimeSpan.FromHours(1) ? now : notBefore;
        var serial = NextSerial();
        var uri = SpiffeId.OfService(TrustDomain, _datacenter, service);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = CaCertificates.CreateLeaf(new(key), _leafHasCommonName ? CommonNames.OfLeaf(service, TrustDomain) : null, uri, current.Active, serial, notBefore, SecondOf(start + lifetime));
        return new()
        {
            Service = service,
            Uri = uri,
            SerialNumber = KeyIdentifier.ToText(CaCertificates.Serial(serial)),
            CertificatePem = string.Concat(current.Active.Intermediates.Prepend(certificate.ExportCertificatePem() + "\n")),
            PrivateKeyPem = key.ExportECPrivateKeyPem() + "\n",
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            RenewAt = start + (lifetime * (0.6 + (0.3 * Random.Shared.NextDouble()))),
            RootId = current.Active.Id,
        };
    }

    private X509Certificate2 CreateRoot(CaKey key) => CaCertificates.CreateRoot(key, CommonNames.OfRoot(TrustDomain), TrustDomain, NextSerial(), SecondOf(_clock.GetUtcNow()));

    private ulong NextSerial() => Interlocked.Increment(ref _serial);

    // Certificates know no fractions.
    private static DateTimeOffset SecondOf(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);
}
