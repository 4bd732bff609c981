using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Evidence;
using Wayward.Engine.Incidents;
using Wayward.Engine.Inventories;
using Wayward.Engine.Notifications;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Triage;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.GuardDuty;
using Wayward.Storage.Ingest;
using Wayward.Storage.Instances;
using Wayward.Testing;
using Wayward.Web.Components;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Components;

/// <summary>Renders pages over a fake fixture, with the dialogs and snackbars of the frame beside them.</summary>
public abstract class FixtureContext : BunitContext, IAsyncLifetime
{
    /// <summary>A busy machine is no fault of the page.</summary>
    static FixtureContext() => DefaultWaitTimeout = TimeSpan.FromSeconds(20);

    private protected PageFixture Fixture { get; private set; } = new();
    private protected FakeTriage Triage { get; private set; } = default!;
    private protected FakeIncidents Incidents { get; private set; } = default!;
    private protected IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = default!;
    private protected IRenderedComponent<MudSnackbarProvider> Snackbars { get; private set; } = default!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Configuration.HostingOptions Hosting { get; set; } = new();

    protected Wayward.Engine.Detection.BlindnessGauge Gauge { get; } = new(TimeProvider.System);

    private protected void Use(PageFixture fixture, Action<PageFixture>? arrange = null)
    {
        arrange?.Invoke(fixture);
        Fixture = fixture;
        Triage = new(fixture);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(new FixedTime());
        Services.AddSingleton(DetectionOptions.Default);
        Services.AddSingleton(new StorageOptions());
        Services.AddSingleton(Hosting);
        Services.TryAddSingleton<ICatalogProvider>(new FixedCatalogProvider(TestCatalog.Default));
        Services.AddSingleton<ICurrentAnalyst>(new TestAnalyst());
        Services.AddSingleton(new HostExposure([]));
        Services.AddSingleton(Gauge);
        Services.AddSingleton<IFindingStore>(fixture);
        Services.AddSingleton<IInstanceStore>(fixture);
        Services.AddSingleton<IHistoryReader>(fixture);
        Services.AddSingleton<IExpectedTargetStore>(fixture);
        Services.AddSingleton<IAuditStore>(fixture);
        Services.AddSingleton<ISourceObjectStore>(fixture);
        Services.AddSingleton<IGuardDutyStore>(fixture);
        Services.AddSingleton<IBackfillStore>(fixture.Backfills);
        Services.AddSingleton<ISourceDirectory>(fixture.Backfills);
        Services.AddSingleton<IEvidenceReader>(fixture);
        Services.AddSingleton<IAcceptedContactReader>(fixture);
        Services.AddSingleton<ILearnedContactReader>(fixture);
        Services.AddSingleton<IIngestControl>(fixture);
        Services.AddSingleton<IChangeNotifier>(fixture);
        Incidents = new(fixture);
        Services.AddSingleton<IIncidentStore>(Incidents);
        Services.AddSingleton<IIncidentService>(Incidents);
        Services.AddSingleton<ITriageService>(Triage);
        Services.AddWaywardComponents();
        Services.RemoveAll<PageScript>();
        Services.AddScoped(p => new PageScript(JSInterop.JSRuntime, p.GetRequiredService<NavigationManager>()));
        Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
        Snackbars = Render<MudSnackbarProvider>();
    }

    private protected IRenderedComponent<T> Open<T>(string url, Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(url);
        return parameters is null ? Render<T>() : Render(parameters);
    }

    private protected string Url => Services.GetRequiredService<NavigationManager>().ToBaseRelativePath(Services.GetRequiredService<NavigationManager>().Uri);

    private sealed class TestAnalyst : ICurrentAnalyst
    {
        public string Name => "tester";
        public bool May(Web.Access.Permission permission) => true;
        public ValueTask RequireAsync(Web.Access.Permission permission) => ValueTask.CompletedTask;
    }

    /// <summary>A day after the end of the world; timers stay real.</summary>
    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(World.At(61));
    }
}
