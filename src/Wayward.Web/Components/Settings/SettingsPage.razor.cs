using Microsoft.AspNetCore.Components;
using Wayward.Core.Detection;
using Wayward.Engine.Resolvers;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Settings;

/// <summary>The parameters in force, beside their defaults.</summary>
public sealed partial class SettingsPage : IDisposable
{
    [Inject] private SettingsService Service { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;

    private DetectionOptions Options => Service.Detection;

    private IEnumerable<(string Key, string What, string Value, string Usual)> Parameters
    {
        get
        {
            var usual = DetectionOptions.Default;
            yield return Span(nameof(Options.HistoryWindow), "History window: a contact is new if there was none within", o => o.HistoryWindow);
            yield return Span(nameof(Options.Learning), "Learning time: an instance is watched this long before its own history is used", o => o.Learning);
            yield return Text(nameof(Options.CohortMinimumPeers), "Other instances that a group must have to be used", o => Words.Count(o.CohortMinimumPeers));
            yield return Text(nameof(Options.CohortMinimumEstablished), "Instances of the group that must have used a target to establish it", o => Words.Count(o.CohortMinimumEstablished));
            yield return Span(nameof(Options.AllowedLateness), "Late records may change a finding for", o => o.AllowedLateness);
            yield return Span(nameof(Options.AnswerGrace), "An answer counts up to this long after the contact", o => o.AnswerGrace);
            yield return Span(nameof(Options.CatalogHold), "A catalogue entry is kept after it has left its feed for", o => o.CatalogHold);
            yield return Span(nameof(Options.ClosedEpisodes), "Use that has ended is remembered for", o => o.ClosedEpisodes);
            yield return Text(nameof(Options.ReportSeverity), "Lowest severity that is reported", o => Words.Severity(o.ReportSeverity));
            yield return Text(nameof(Options.ReportConfidence), "Lowest confidence that is reported", o => Words.Count(o.ReportConfidence));
            yield return Text(nameof(Options.ProviderMerge), "One finding for all addresses of an operator", o => YesNo(o.ProviderMerge));
            yield return Text(nameof(Options.Cohorts), "Instances that still learn are evaluated by their group", o => YesNo(o.Cohorts));
            yield return Text(nameof(Options.OwnTypes), "Finding types beyond GuardDuty's three", o => YesNo(o.OwnTypes));
            yield return Text(nameof(Options.FixedSeverity), "Fixed severity", o => o.FixedSeverity == 0 ? "computed from score factors" : Words.Severity(o.FixedSeverity));
            yield return Text(nameof(Options.OwnPrefixes), "Own networks", o => o.OwnPrefixes.Count == 0 ? "none" : string.Join(", ", o.OwnPrefixes));

            (string, string, string, string) Span(string key, string what, Func<DetectionOptions, TimeSpan> read) => (key, what, Words.Days(read(Options)), Words.Days(read(usual)));
            (string, string, string, string) Text(string key, string what, Func<DetectionOptions, string> read) => (key, what, read(Options), read(usual));
        }
    }

    private string Remarks(CatalogAddition addition)
    {
        int training = addition.Training(Ui.Now), retained = addition.Retained;
        return (training > 0 ? $", {Words.Count(training)} still training" : "") + (retained > 0 ? $", {Words.Count(retained)} that left the feed" : "");
    }

    private async Task SetKeysAsync(ChangeEventArgs e)
    {
        Ui.SetKeys(e.Value is true);
        await Script.CallAsync("setKeys", Ui.Keys);
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    protected override void OnInitialized() => Ui.Changed += Redraw;

    private void Redraw() => _ = InvokeAsync(StateHasChanged);

    public void Dispose() => Ui.Changed -= Redraw;
}
