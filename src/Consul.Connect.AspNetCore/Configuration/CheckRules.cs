using System.Net;

namespace ConsulConnect.Configuration;

/// <summary>One check, within what an agent accepts, and such that it says something about the app.</summary>
/// <param name="path">Where the check stands.</param>
/// <param name="faults">Takes what no agent accepts, or can never pass.</param>
/// <param name="hints">Takes what an agent changes without a word.</param>
internal sealed class CheckRules(string path, List<string> faults, List<string> hints)
{
    private const string Kinds = "Ttl, Http, Tcp, Udp, Grpc, H2Ping, Args, OsService or AliasService";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);
    private static readonly TimeSpan ShortestRemoval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    public void Check(ConsulCheckOptions check, ConsulServiceOptions service)
    {
        CheckId(check.Id);
        CheckKind(check);
        CheckTargets(check, service);
        CheckTimes(check);
        CheckNumbers(check);
        if (check.Status is not (null or "passing" or "warning" or "critical"))
            faults.Add($"{path}:Status is {MessageText.Quote(check.Status)}, which is unknown; write passing, warning or critical, or remove it for the app's present health.");
    }

    /// <summary>The kinds that are set, by their keys.</summary>
    private static List<string> KindsOf(ConsulCheckOptions check)
    {
        List<string> kinds = [];
        Add("Ttl", check.Ttl is not null);
        Add("Http", check.Http is not null);
        Add("Tcp", check.Tcp is not null);
        Add("Udp", check.Udp is not null);
        Add("Grpc", check.Grpc is not null);
        Add("H2Ping", check.H2Ping is not null);
        Add("Args", check.Args.Count > 0);
        Add("OsService", check.OsService is not null);
        Add(check.AliasService is null ? "AliasNode" : "AliasService", check.AliasService is not null || check.AliasNode is not null);
        return kinds;

        void Add(string kind, bool isSet)
        {
            if (isSet)
                kinds.Add(kind);
        }
    }

    private void CheckId(string? id)
    {
        if (id is null)
            return;
        if (string.IsNullOrWhiteSpace(id) || id is "." or ".." || id.Any(c => char.IsControl(c) || c == '/'))
            faults.Add($"{path}:Id is {MessageText.Quote(id)}, and blanks alone, control characters and \"/\" have no place in an id; write for example \"orders-ttl\", or remove it.");
        else if (id is "serfHealth" or "_node_maintenance" || id.StartsWith("_service_maintenance:", StringComparison.Ordinal))
            faults.Add($"{path}:Id is {MessageText.Quote(id)}, which is the id of a check of the agent's own; write another, or remove it.");
    }

    private void CheckKind(ConsulCheckOptions check)
    {
        var kinds = KindsOf(check);
        switch (kinds)
        {
            case []:
                faults.Add($"{path} has no kind, so that nobody could say how the app is; set one of {Kinds}.");
                break;
            case [var kind]:
                CheckInterval(kind, check.Interval);
                break;
            default:
                faults.Add($"{path} sets {string.Join(" and ", kinds)}, but a check has one kind; write a check for each.");
                break;
        }
    }

    private void CheckInterval(string kind, TimeSpan? interval)
    {
        var isFed = kind is "Ttl" or "AliasService" or "AliasNode";
        if (isFed && interval is { } given)
            faults.Add($"{path}:Interval is {DurationText.Write(given)} beside {kind}, but the agent only runs checks of other kinds; remove it{(kind == "Ttl" ? ": the app's health is reported at every third of Ttl" : "")}.");
        else if (!isFed && interval is null)
            faults.Add($"{path}:Interval is not set, but the agent must know how often to run a check with {kind}; write for example \"10s\".");
        else if (interval is { } pace && pace > TimeSpan.Zero && pace < ShortestInterval)
            hints.Add($"{path}:Interval is {DurationText.Write(pace)}, but an agent looks once a second at most.");
    }

    private void CheckTargets(ConsulCheckOptions check, ConsulServiceOptions service)
    {
        if (check.Http is { } http)
        {
            if (!Uri.TryCreate(http, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
                faults.Add($"{path}:Http is {MessageText.Quote(http)}, which is no http(s) address; write for example \"http://127.0.0.1:8080/health\".");
            else
                CheckMesh("Http", http, uri.IdnHost, uri.Port, service);
        }

        CheckTarget("Tcp", check.Tcp, check.TcpUseTls == true ? service : null);
        CheckTarget("Udp", check.Udp, null);
        CheckTarget("H2Ping", check.H2Ping, service);
        // A service of the server's may follow.
        CheckTarget("Grpc", check.Grpc?.Split('/', 2)[0], service);
    }

    /// <param name="mesh">The definition when the agent would need a certificate of the mesh at its address.</param>
    private void CheckTarget(string kind, string? target, ConsulServiceOptions? mesh)
    {
        if (target is null)
            return;
        if (!HostAndPort.TryParse(target, out var parsed, out var fault))
            faults.Add($"{path}:{kind} is {MessageText.Quote(target)}, {fault}.");
        else if (mesh is not null)
            CheckMesh(kind, target, parsed.Host, parsed.Port, mesh);
    }

    // Only what is certain: the rest is seen when the listener is bound.
    private void CheckMesh(string kind, string target, string host, int port, ConsulServiceOptions service)
    {
        if (service.Port == 0 || port != service.Port)
            return;
        var isThere = service.Address is { } address ? SameHost(host, address) : IsLoopback(host);
        if (isThere)
            faults.Add($"{path}:{kind} is {MessageText.Quote(target)}, the mesh endpoint, where the agent is refused because it has no certificate of the mesh; write Tcp, Ttl, or the address of another endpoint of the app.");
    }

    private static bool SameHost(string host, string address) =>
        host.Equals(address, StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var one) && IPAddress.TryParse(address, out var other) && one.Equals(other));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private void CheckTimes(ConsulCheckOptions check)
    {
        Bound("Ttl", check.Ttl, TimeSpan.FromSeconds(1));
        Bound("Interval", check.Interval, TimeSpan.FromMilliseconds(1));
        Bound("Timeout", check.Timeout, TimeSpan.FromMilliseconds(1));
        Bound("DeregisterCriticalServiceAfter", check.DeregisterCriticalServiceAfter, TimeSpan.FromMilliseconds(1));
        if (check.DeregisterCriticalServiceAfter is { } after && after > TimeSpan.Zero && after < ShortestRemoval)
            hints.Add($"{path}:DeregisterCriticalServiceAfter is {DurationText.Write(after)}, but an agent waits a minute at least.");
    }

    private void Bound(string key, TimeSpan? value, TimeSpan shortest)
    {
        if (value is { } given)
            RangeRules.Check($"{path}:{key}", given, shortest, Longest, faults);
    }

    private void CheckNumbers(ConsulCheckOptions check)
    {
        AtLeastZero("SuccessBeforePassing", check.SuccessBeforePassing);
        AtLeastZero("FailuresBeforeWarning", check.FailuresBeforeWarning);
        AtLeastZero("FailuresBeforeCritical", check.FailuresBeforeCritical);
        AtLeastZero("OutputMaxSize", check.OutputMaxSize);
        if (check is { FailuresBeforeWarning: { } warning and > 0, FailuresBeforeCritical: { } critical and > 0 } && warning > critical)
            faults.Add($"{path}:FailuresBeforeWarning is {warning}, more than FailuresBeforeCritical, which is {critical}: the check would be critical before it warns; write {critical} or less.");
    }

    private void AtLeastZero(string key, int? value)
    {
        if (value is { } given)
            RangeRules.CheckAtLeast($"{path}:{key}", given, 0, faults);
    }
}
