namespace WebApi.Demo;

/// <summary>What makes the first run a show; nothing an app of yours needs.</summary>
internal static class DemoBuilderExtensions
{
    private const string Tour = "--demo";

    /// <summary>In Development, callers to try the app as; with <c>--demo</c> a tour that ends by itself. Comes before <c>AddConsulDevAgent()</c>, which sets what is looked at here.</summary>
    public static void AddDemo(this WebApplicationBuilder builder, string[] args)
    {
        var isTour = args.Contains(Tour);
        if (!builder.Environment.IsDevelopment())
        {
            if (isTour)
                throw new InvalidOperationException($"{Tour} is for development; set ASPNETCORE_ENVIRONMENT to Development.");
            return;
        }

        // Read again without the switch, whose value the next argument would be taken for.
        if (isTour)
            builder.Configuration.AddCommandLine([.. args.Where(arg => arg != Tour)]);
        // An agent from the app's own settings is not played with unless asked to.
        if (!isTour && !string.IsNullOrEmpty(builder.Configuration["Consul:Address"]))
            return;
        builder.Services.AddSingleton<DemoAgent>();
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<DemoHost>(services, isTour));
    }
}
