using System.Xml.Linq;
using ConsulConnect.TestKit;

namespace ConsulConnect.DevAgent.Tests.Project;

public sealed class TheProjectFile
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Consul.Connect.DevAgent");

    [Fact]
    public void It_references_the_shared_framework_and_nothing_else()
    {
        var project = XDocument.Load(Path.Combine(Folder, "Consul.Connect.DevAgent.csproj"));
        Assert.Equal(["Microsoft.AspNetCore.App"], project.Descendants("FrameworkReference").Select(one => (string?)one.Attribute("Include")));
        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("PackageReference"));
        Assert.Empty(project.Descendants("Reference"));
        Assert.Empty(project.Descendants("Compile"));
        Assert.Empty(project.Descendants("Import"));
    }

    [Fact]
    public void No_assembly_of_the_product_is_loaded_by_it() =>
        Assert.DoesNotContain(typeof(ConsulDevAgent).Assembly.GetReferencedAssemblies(), one => one.Name!.StartsWith("Consul", StringComparison.Ordinal));
}
