using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Engine.Notifications;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Overview;

/// <summary>What the analyst has to do now, and what the data allow to be said.</summary>
public partial class OverviewPage
{
    [Inject] private OverviewService Service { get; set; } = default!;

    private OverviewView? View { get; set; }

    private long Failed => View!.Reach.Unread;

    private string Average => View!.DaysBefore == 0 ? "no earlier day to compare with" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"average {View.AveragePerDay:0.0} a day over {Words.Count(View.DaysBefore, "day")} before");

    private string Read => !View!.Progress.Idle ? $"reading {Words.Count(View.Progress.Done)} of {Words.Count(View.Progress.Total, "object")}" : Failed == 0 ? "everything delivered has been read" : $"{Words.Count(Failed, "object")} could not be read";

    private static string Evaluated(Core.Detection.BlindnessMeter meter) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * (1 - meter.Share):0.#} % of {Words.Count(meter.Hours, "instance-hour")} on the last day of data can be evaluated.");

    private string NewestDay => View!.Days.Count == 0 ? "findings" : $"findings?show=all&from={QueryTime.Write(View.Days[^1].Day)}&to={QueryTime.Write(View.Days[^1].Day + UnixTime.DaySeconds)}";

    protected override ChangeKinds Watches => ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected | ChangeKinds.Ingest | ChangeKinds.Contacts;

    protected override async Task ReadAsync(CancellationToken cancellation) => View = await Service.ReadAsync(Ui.Now, cancellation);
}
