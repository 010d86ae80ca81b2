using ConsulConnect.Tests.Attributes;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Razor.Hosting;

// What the Razor compiler writes for a page.
[assembly: RazorCompiledItem(typeof(GuardedPage), "mvc.1.0.razor-page", "/Guarded.cshtml")]

namespace ConsulConnect.Tests.Attributes;

public sealed class GuardedPage : Page
{
    public GuardedModel Model => (GuardedModel)ViewData.Model!;

    public override Task ExecuteAsync()
    {
        WriteLiteral("page");
        return Task.CompletedTask;
    }
}

[ConnectAuthorize("web")]
public sealed class GuardedModel : PageModel;
