using ConsulConnect.Tests.Attributes;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.Hosting;

// What the Razor compiler writes for a page.
[assembly: RazorCompiledItem(typeof(GuardedPage), "mvc.1.0.razor-page", "/Pages/Guarded.cshtml")]

namespace ConsulConnect.Tests.Attributes;

public sealed class GuardedPage : Page
{
    public ViewDataDictionary<GuardedModel> ViewData => (ViewDataDictionary<GuardedModel>)PageContext.ViewData;

    public GuardedModel Model => ViewData.Model;

    public override Task ExecuteAsync()
    {
        WriteLiteral("page");
        return Task.CompletedTask;
    }
}

[ConnectAuthorize("web")]
public sealed class GuardedModel : PageModel;
