using Microsoft.Extensions.DependencyInjection.Extensions;
using Wayward.Web.Components.Audit;
using Wayward.Web.Components.Comparison;
using Wayward.Web.Components.Destinations;
using Wayward.Web.Components.Expected;
using Wayward.Web.Components.Findings;
using Wayward.Web.Components.Incidents;
using Wayward.Web.Components.Instances;
using Wayward.Web.Components.Frame;
using Wayward.Web.Components.Ingest;
using Wayward.Web.Components.Learned;
using Wayward.Web.Components.Overview;
using Wayward.Web.Components.People;
using Wayward.Web.Components.Settings;
using Wayward.Web.Components.Shared;
using Wayward.Web.Reports;

namespace Wayward.Web.Components;

/// <summary>One service for each feature: the only way from a page to the stores.</summary>
internal static class ComponentServices
{
    public static IServiceCollection AddWaywardComponents(this IServiceCollection services)
    {
        services.AddScoped<UiState>();
        services.AddScoped<PageScript>();
        services.AddScoped<Shortcuts>();
        services.AddScoped<Drafts>();
        services.AddScoped<Access.GuardedTriage>();
        services.AddScoped<Access.GuardedIncidents>();
        services.AddScoped<TriageActions>();
        services.AddScoped<SearchService>();
        services.AddScoped<InstanceService>();
        services.TryAddSingleton<DossierService>();
        services.TryAddSingleton<IncidentViews>();
        services.AddScoped<IncidentsService>();
        services.AddScoped<IncidentActions>();
        services.AddScoped<IncidentDialogs>();
        services.AddScoped<FindingsService>();
        services.AddScoped<FindingDialogs>();
        services.AddScoped<DestinationService>();
        services.AddScoped<LearnedService>();
        services.AddScoped<ExpectedService>();
        services.AddScoped<OverviewService>();
        services.AddSingleton<Wayward.Web.Audit.AuditReaders>();
        services.AddScoped<AuditService>();
        services.AddScoped<ComparisonService>();
        services.AddScoped<IngestService>();
        services.AddScoped<FrameService>();
        services.AddScoped<PeopleService>();
        services.AddScoped<SettingsService>();
        return services;
    }
}
