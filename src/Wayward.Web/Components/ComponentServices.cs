using Wayward.Web.Components.Destinations;
using Wayward.Web.Components.Expected;
using Wayward.Web.Components.Findings;
using Wayward.Web.Components.Instances;
using Wayward.Web.Components.Frame;
using Wayward.Web.Components.Overview;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components;

/// <summary>What pages need beside stores and services of the rooms below.</summary>
public static class ComponentServices
{
    public static IServiceCollection AddWaywardComponents(this IServiceCollection services)
    {
        services.AddScoped<UiState>();
        services.AddScoped<PageScript>();
        services.AddScoped<Shortcuts>();
        services.AddScoped<TriageActions>();
        services.AddScoped<SearchService>();
        services.AddScoped<InstanceService>();
        services.AddScoped<FindingsService>();
        services.AddScoped<FindingDialogs>();
        services.AddScoped<DestinationService>();
        services.AddScoped<ExpectedService>();
        services.AddScoped<OverviewService>();
        return services;
    }
}
