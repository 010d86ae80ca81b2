using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ConsulConnect.Tests.Attributes;

/// <summary>A controller with the attribute on itself and on actions; MVC finds controllers only where they are public.</summary>
[Route("controller")]
[ConnectAuthorize("web", "billing")]
public sealed class GuardedController : ControllerBase
{
    [HttpGet("any")]
    public IActionResult Any() => Ok();

    [HttpGet("named")]
    [ConnectAuthorize("web")]
    public IActionResult Named() => Ok();

    [HttpGet("both")]
    [Authorize]
    public IActionResult Both() => Ok();

    [HttpGet("lifted")]
    [AllowAnonymous]
    public IActionResult Lifted() => Ok();
}
