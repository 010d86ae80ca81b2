using Microsoft.AspNetCore.Authentication;

namespace ConsulConnect.Server;

/// <summary>
/// The app's schemes and ours beside them. ASP.NET makes a scheme the default while it is the only one, so ours must not be
/// registered as one of them: it would end the default of an app with one scheme, and become the default of an app with none.
/// </summary>
internal sealed class CallerSchemeProvider(IAuthenticationSchemeProvider app) : IAuthenticationSchemeProvider
{
    private readonly AuthenticationScheme _caller = new(ConnectAuthenticationDefaults.AuthenticationScheme, displayName: null, typeof(CallerAuthenticationHandler));

    public async Task<AuthenticationScheme?> GetSchemeAsync(string name) =>
        await app.GetSchemeAsync(name) ?? (name == _caller.Name ? _caller : null);

    public async Task<IEnumerable<AuthenticationScheme>> GetAllSchemesAsync() =>
        await app.GetAllSchemesAsync() is var all && all.Any(scheme => scheme.Name == _caller.Name) ? all : all.Append(_caller);

    public void AddScheme(AuthenticationScheme scheme) => app.AddScheme(scheme);

    public bool TryAddScheme(AuthenticationScheme scheme) => app.TryAddScheme(scheme);

    public void RemoveScheme(string name) => app.RemoveScheme(name);

    public Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() => app.GetRequestHandlerSchemesAsync();

    public Task<AuthenticationScheme?> GetDefaultAuthenticateSchemeAsync() => app.GetDefaultAuthenticateSchemeAsync();

    public Task<AuthenticationScheme?> GetDefaultChallengeSchemeAsync() => app.GetDefaultChallengeSchemeAsync();

    public Task<AuthenticationScheme?> GetDefaultForbidSchemeAsync() => app.GetDefaultForbidSchemeAsync();

    public Task<AuthenticationScheme?> GetDefaultSignInSchemeAsync() => app.GetDefaultSignInSchemeAsync();

    public Task<AuthenticationScheme?> GetDefaultSignOutSchemeAsync() => app.GetDefaultSignOutSchemeAsync();
}
