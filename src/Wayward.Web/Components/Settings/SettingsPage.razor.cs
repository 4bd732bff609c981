using Microsoft.AspNetCore.Components;
using Wayward.Core.Detection;
using Wayward.Engine.Detection;
using Wayward.Engine.Resolvers;
using Wayward.Storage;
using Wayward.Web.Components.Shared;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Settings;

/// <summary>The parameters in force, beside their defaults.</summary>
public sealed partial class SettingsPage : IDisposable
{
    [Inject] private DetectionOptions Options { get; set; } = default!;
    [Inject] private StorageOptions Storage { get; set; } = default!;
    [Inject] private ICatalogProvider Catalogs { get; set; } = default!;
    [Inject] private ICurrentAnalyst Analyst { get; set; } = default!;
    [Inject] private HostExposure Exposure { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    private IEnumerable<(string Key, string What, string Value, string Usual)> Parameters
    {
        get
        {
            var usual = DetectionOptions.Default;
            yield return Span(nameof(Options.HistoryWindow), "History window: new means not seen within", o => o.HistoryWindow);
            yield return Span(nameof(Options.Learning), "Learning: observed this long before its own history counts", o => o.Learning);
            yield return Text(nameof(Options.CohortMinimumPeers), "Peers that a mature cohort has at least", o => Words.Count(o.CohortMinimumPeers));
            yield return Text(nameof(Options.CohortMinimumEstablished), "Peers that must have used a target for it to be established", o => Words.Count(o.CohortMinimumEstablished));
            yield return Span(nameof(Options.AllowedLateness), "Lateness until a finding is final", o => o.AllowedLateness);
            yield return Span(nameof(Options.AnswerGrace), "An answer counts this long after the contact", o => o.AnswerGrace);
            yield return Span(nameof(Options.CatalogHold), "An entry that left its feed keeps alerting for", o => o.CatalogHold);
            yield return Span(nameof(Options.ClosedEpisodes), "Earlier use is remembered for", o => o.ClosedEpisodes);
            yield return Text(nameof(Options.ReportSeverity), "Reported from severity", o => Words.Severity(o.ReportSeverity));
            yield return Text(nameof(Options.ReportConfidence), "Reported from confidence", o => Words.Count(o.ReportConfidence));
            yield return Text(nameof(Options.ProviderMerge), "Addresses of one operator join in one finding", o => YesNo(o.ProviderMerge));
            yield return Text(nameof(Options.Cohorts), "Young instances are evaluated by their cohort", o => YesNo(o.Cohorts));
            yield return Text(nameof(Options.OwnTypes), "Finding types beyond GuardDuty's three", o => YesNo(o.OwnTypes));
            yield return Text(nameof(Options.FixedSeverity), "Fixed severity", o => o.FixedSeverity == 0 ? "computed from signs" : Words.Severity(o.FixedSeverity));
            yield return Text(nameof(Options.OwnPrefixes), "Own networks", o => o.OwnPrefixes.Count == 0 ? "none" : string.Join(", ", o.OwnPrefixes));

            (string, string, string, string) Span(string key, string what, Func<DetectionOptions, TimeSpan> read) => (key, what, Words.Days(read(Options)), Words.Days(read(usual)));
            (string, string, string, string) Text(string key, string what, Func<DetectionOptions, string> read) => (key, what, read(Options), read(usual));
        }
    }

    /// <summary>What the catalogue folder adds; nothing where the catalogue is a fixed one.</summary>
    private IReadOnlyList<CatalogAddition> Additions => (Catalogs as CatalogStore)?.Additions ?? [];

    private string Remarks(CatalogAddition addition)
    {
        int training = addition.Training(Ui.Now), held = addition.Held;
        return (training > 0 ? $", {Words.Count(training)} still training" : "") + (held > 0 ? $", {Words.Count(held)} that left the feed" : "");
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    protected override void OnInitialized() => Ui.Changed += Redraw;

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    public void Dispose() => Ui.Changed -= Redraw;
}
