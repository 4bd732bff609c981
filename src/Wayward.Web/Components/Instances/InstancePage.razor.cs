using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Engine.Notifications;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>One instance and its DNS destination timeline. Span, width of cells, lane, cell and table live in the URL.</summary>
public partial class InstancePage
{
    private static readonly (string Word, string? Value)[] Resolutions = [("Auto", null), ("Hour", "hour"), ("6 h", "6h"), ("Day", "day")];

    private const int FindingsShown = 10;

    private IDisposable? _keys;

    [Inject] private InstanceService Service { get; set; } = default!;
    [Inject] private Shortcuts Shortcuts { get; set; } = default!;

    [Parameter] public string Id { get; set; } = "";
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }
    [SupplyParameterFromQuery(Name = "res")] private string? Resolution { get; set; }
    [SupplyParameterFromQuery(Name = "dest")] private string? Destination { get; set; }
    [SupplyParameterFromQuery(Name = "cell")] private string? Cell { get; set; }
    [SupplyParameterFromQuery(Name = "view")] private string? Shown { get; set; }
    [SupplyParameterFromQuery(Name = "lanes")] private string? Properties { get; set; }
    [SupplyParameterFromQuery(Name = "lq")] private string? Text { get; set; }
    [SupplyParameterFromQuery(Name = "by")] private string? By { get; set; }
    [SupplyParameterFromQuery(Name = "open")] private string? Open { get; set; }
    [SupplyParameterFromQuery(Name = "before")] private string? WithBefore { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private int? Page { get; set; }

    private InstanceView? View { get; set; }
    private InstanceRow Row => View!.Row;
    private TimelineView? Timeline => View?.Timeline;
    private bool AsTable => Shown == "table";
    private LaneFilter Filter => LaneFilter.Read(Properties, Text);
    private LaneFolding Folding => By == "network" ? LaneFolding.Network : LaneFolding.Operator;
    private LaneUnfolding Unfolding => LaneUnfolding.Read(Open);
    private LaneList? List { get; set; }
    /// <summary>What <see cref="View"/> was read by: the rest of the address only changes how it is shown.</summary>
    private object? _read;
    private Destination? LaneChosen => Links.ReadLane(Destination);
    private TimelineLane? Lane => LaneChosen is { } chosen ? Timeline?.Timeline.Lanes.FirstOrDefault(l => l.Destination == chosen) : null;

    private int? CellIndex
    {
        get
        {
            if (QueryTime.Read(Cell) is not { } at || Timeline is not { Timeline: var timeline } || at < timeline.From || at >= timeline.To) return null;
            return (int)((at - timeline.From) / timeline.CellSeconds);
        }
    }

    private string Evaluated => Maturity.Of(Row.ObservedSince, Row.LastSeen, Service.Options.Learning, Timeline?.DataTo ?? Row.LastSeen) is { Learned: false } maturity
        ? maturity.Sentence
        : $"observed since {Ui.Date(Row.ObservedSince)}, evaluated by its own history";

    protected override ChangeKinds Watches => ChangeKinds.Contacts | ChangeKinds.Findings | ChangeKinds.Triage | ChangeKinds.Expected;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys = Shortcuts.Subscribe(OnKeyAsync);
    }

    private object Wanted => (Id, From, To, Resolution, WithBefore);

    /// <summary>Another lane, cell, filter or fold needs no new read of the history.</summary>
    protected override Task OnParametersSetAsync()
    {
        if (View is null || !Wanted.Equals(_read)) return base.OnParametersSetAsync();
        MakeList();
        return Task.CompletedTask;
    }

    private void MakeList() => List = Timeline is { Timeline: var timeline } ? LaneList.Of(timeline, Filter, Folding, Unfolding, LaneChosen) : null;

    protected override async Task ReadAsync(CancellationToken cancellation)
    {
        object wanted = Wanted;
        var span = new TimelineSpan
        {
            From = QueryTime.Read(From),
            To = QueryTime.Read(To),
            Resolution = Resolution switch { "hour" => TimelineResolution.Hour, "6h" => TimelineResolution.SixHours, "day" => TimelineResolution.Day, _ => null },
            WithBefore = WithBefore == "1",
            WithStates = true,
        };
        var view = await Service.FindAsync(Id, span, cancellation);
        if (cancellation.IsCancellationRequested) return;
        (View, _read) = (view, wanted);
        MakeList();
    }

    private string Unfolded(LaneLine line) => Navigation.With(("open", Unfolding.With(line.Key, Pages(line))));

    private void Unfold(LaneLine line) => Go(("open", Unfolding.With(line.Key, Pages(line))));

    private int Pages(LaneLine line) => line.Kind == LaneLineKind.More ? Unfolding.PagesOf(line.Key) + 1 : line.Unfolded ? 0 : 1;

    private string LaneHref(Destination lane) => lane == LaneChosen ? Navigation.With(("dest", null), ("cell", null)) : Navigation.With(("dest", Links.Lane(lane)), ("cell", null));

    private void OpenCell((TimelineLane Lane, int Cell) at) =>
        Go(("dest", Links.Lane(at.Lane.Destination)), ("cell", QueryTime.Write(Timeline!.Timeline.CellStart(at.Cell))));

    private void Brush((long From, long To) span) => Show(span.From, span.To);

    private void ToggleTable() => Go(("view", AsTable ? null : "table"));

    private void Pan(int direction)
    {
        if (Timeline is not { } view) return;
        long step = Math.Max(view.Timeline.CellSeconds, (view.Timeline.To - view.Timeline.From) / 3 / view.Timeline.CellSeconds * view.Timeline.CellSeconds) * direction;
        Show(view.Timeline.From + step, view.Timeline.To + step);
    }

    /// <summary>Around the chosen cell, or around the middle.</summary>
    private void Zoom(double factor)
    {
        if (Timeline is not { } view) return;
        long span = view.Timeline.To - view.Timeline.From, wanted = Math.Max((long)(span * factor), 6 * UnixTime.HourSeconds);
        long middle = CellIndex is { } cell ? view.Timeline.CellStart(cell) : view.Timeline.From + span / 2;
        Show(middle - wanted / 2, middle + wanted / 2);
    }

    private void Show(long from, long to)
    {
        var view = Timeline!;
        long hour = UnixTime.HourSeconds;
        (from, to) = (from / hour * hour, (to + hour - 1) / hour * hour);
        bool everything = from <= view.DataFrom && to >= view.DataTo;
        Go(("from", everything ? null : QueryTime.Write(Math.Max(from, 0))), ("to", everything ? null : QueryTime.Write(to)));
    }

    private Task<bool> OnKeyAsync(string key)
    {
        switch (key)
        {
            case "t":
                ToggleTable();
                break;
            case "[":
                Pan(-1);
                break;
            case "]":
                Pan(1);
                break;
            case "+" or "=":
                Zoom(0.5);
                break;
            case "-":
                Zoom(2);
                break;
            case "0":
                Go(("from", null), ("to", null));
                break;
            case "Escape" when Destination is not null:
                Go(("dest", null), ("cell", null));
                break;
            default:
                return Task.FromResult(false);
        }
        return Task.FromResult(true);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _keys?.Dispose();
        base.Dispose(disposing);
    }
}
