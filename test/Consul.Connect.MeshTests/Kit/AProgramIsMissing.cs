using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Kit;

public class AProgramIsMissing
{
    [Fact]
    public async Task In_CI_the_test_fails()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Missing(ci: "true").FindAsync());
        Assert.Contains("CONSUL_BINARY", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elsewhere_it_is_skipped_with_a_sentence_that_says_how_to_get_it()
    {
        var skip = await Assert.ThrowsAsync<SkipException>(() => Missing(ci: null).FindAsync());
        Assert.Contains("CONSUL_BINARY", skip.Message, StringComparison.Ordinal);
        Assert.Contains("test/tools/install-consul.sh", skip.Message, StringComparison.Ordinal);
        Assert.Single(skip.Message.Split('\n'));
    }

    [Fact]
    public async Task A_script_that_fails_says_why()
    {
        var program = new ProvisionedProgram("consul", "CONSUL_BINARY", "test/tools/install-consul.sh too many arguments") { Environment = _ => null, CanProvision = () => true };
        var skip = await Assert.ThrowsAsync<SkipException>(program.FindAsync);
        Assert.Contains("No such file", skip.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_variable_that_names_nothing_fails_everywhere()
    {
        var program = new ProvisionedProgram("consul", "CONSUL_BINARY", "unused") { Environment = key => key == "CONSUL_BINARY" ? "/nowhere/consul" : null };
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(program.FindAsync);
        Assert.Contains("/nowhere/consul", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_on_the_PATH_must_run()
    {
        var program = new ProvisionedProgram("false", "CONSUL_BINARY", "unused") { Environment = key => key == "PATH" ? "/bin:/usr/bin" : null, CanProvision = () => false, Probe = ["version"] };
        await Assert.ThrowsAsync<SkipException>(program.FindAsync);
        program = new ProvisionedProgram("true", "CONSUL_BINARY", "unused") { Environment = key => key == "PATH" ? "/bin:/usr/bin" : null, CanProvision = () => false, Probe = ["version"] };
        Assert.Equal("/bin/true", await program.FindAsync());
    }

    private static ProvisionedProgram Missing(string? ci) =>
        new("consul", "CONSUL_BINARY", "test/tools/install-consul.sh") { Environment = key => key == "CI" ? ci : null, CanProvision = () => false, Probe = ["version"] };
}
