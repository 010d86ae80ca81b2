using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ConsulConnect.Tests.Attributes;

/// <summary>A controller with the attribute on itself and on actions; MVC finds controllers only where they are public.</summary>
[Route("controller")]
[ConnectAuthorize("web", "billing")]
public sealed class GuardedController : ControllerBase
{
    [HttpGet("any")]
    public string Any() => "in";

    [HttpGet("named")]
    [ConnectAuthorize("web")]
    public string Named() => "in";

    [HttpGet("both")]
    [Authorize]
    public string Both() => "in";

    [HttpGet("lifted")]
    [AllowAnonymous]
    public string Lifted() => "in";
}
