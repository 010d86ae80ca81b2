namespace ConsulConnect.Tests.Configuration;

public class TheMeshEntrysNormalization
{
    private const string Path = "Consul:Connect:RequestNormalization:";

    [Theory]
    [InlineData("REJECT_REQUEST", ConnectEscapedSlashesAction.RejectRequest)]
    [InlineData("keep_unchanged", ConnectEscapedSlashesAction.KeepUnchanged)]
    public void Escaped_slashes_are_rejected_or_kept(string text, ConnectEscapedSlashesAction action) =>
        Assert.Equal(action, Reading.Valid(With("PathWithEscapedSlashesAction", $"\"{text}\"")).Connect.RequestNormalization.PathWithEscapedSlashesAction);

    [Theory]
    [InlineData("ALLOW", ConnectUnderscoresAction.Allow)]
    [InlineData("REJECT_REQUEST", ConnectUnderscoresAction.RejectRequest)]
    [InlineData("DROP_HEADER", ConnectUnderscoresAction.DropHeader)]
    public void Headers_with_underscores_are_treated_as_the_entry_says(string text, ConnectUnderscoresAction action) =>
        Assert.Equal(action, Reading.Valid(With("HeadersWithUnderscoresAction", $"\"{text}\"")).Connect.RequestNormalization.HeadersWithUnderscoresAction);

    [Theory]
    [Trait("Case", "L7P-013")]
    [InlineData("UNESCAPE_AND_FORWARD")]
    [InlineData("UNESCAPE_AND_REDIRECT")]
    [Trait("Case", "CFG-018")]
    public void Unescaping_is_a_fault_that_says_why_and_what_to_write(string text) => Assert.Equal(
        $"{Path}PathWithEscapedSlashesAction is \"{text}\": a sidecar rewrites the path before its app sees it, but here nothing stands before the app, which would serve another path than the rules were asked about; write REJECT_REQUEST, or KEEP_UNCHANGED where the app needs such paths.",
        Reading.OnlyFault(With("PathWithEscapedSlashesAction", $"\"{text}\"")));

    [Fact]
    public void What_leaves_the_choice_to_a_proxy_is_a_fault() => Assert.Equal(
        $"{Path}PathWithEscapedSlashesAction is \"IMPLEMENTATION_SPECIFIC_DEFAULT\", which leaves the choice to the proxy, and here is none; write KEEP_UNCHANGED, which sidecars do today, or REJECT_REQUEST.",
        Reading.OnlyFault(With("PathWithEscapedSlashesAction", "\"IMPLEMENTATION_SPECIFIC_DEFAULT\"")));

    [Fact]
    [Trait("Case", "CFG-018")]
    public void No_normalization_at_all_is_a_fault() => Assert.Equal(
        $"{Path}InsecureDisablePathNormalization is true, but this app's server always resolves \"..\" and escapes before it serves a path, so rules about the path as written could be walked around; remove the key, or write false. A sidecar's setting is the mesh entry's own.",
        Reading.OnlyFault(With("InsecureDisablePathNormalization", "true")));

    [Fact]
    public void A_pasted_entry_that_does_not_disable_it_is_read() =>
        Assert.False(Reading.Valid(With("InsecureDisablePathNormalization", "false")).Connect.RequestNormalization.MergeSlashes);

    [Theory]
    [InlineData("PathWithEscapedSlashesAction", "REJECT_REQUEST or KEEP_UNCHANGED")]
    [InlineData("HeadersWithUnderscoresAction", "ALLOW, REJECT_REQUEST or DROP_HEADER")]
    public void Another_word_is_a_fault(string key, string known) =>
        Assert.Equal($"{Path}{key} is \"REJECT\", which is unknown; write {known}.", Reading.OnlyFault(With(key, "\"REJECT\"")));

    [Fact]
    [Trait("Case", "CFG-009")]
    public void An_audit_beside_the_agents_verdicts_is_a_fault_that_names_both_keys() => Assert.Equal(
        "Consul:Connect:Authorization:Mode is Audit beside Consul:Connect:Authorization:Provider Agent, whose verdicts are about connections and hold no permissions to report; remove Mode, or write Intentions as the Provider.",
        Reading.OnlyFault("""{ "Connect": { "Service": "orders", "Authorization": { "Mode": "Audit", "Provider": "Agent" } } }"""));

    [Fact]
    public void An_audit_is_announced_at_start() => Assert.Equal(
        "Consul:Connect:Authorization:Mode is Audit: permissions of intentions are not enforced, only reported; write Enforce when the reports are as they should be.",
        Assert.Single(Reading.Read("""{ "Connect": { "Service": "orders", "Authorization": { "Mode": "Audit" } } }""").Warnings));

    private static string With(string key, string value) => $$$"""{ "Connect": { "Service": "orders", "RequestNormalization": { "{{{key}}}": {{{value}}} } } }""";
}
