using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>The DNS destination timeline: one lane per destination, time across, what could have been seen beneath.</summary>
public sealed partial class DestinationTimeline : IAsyncDisposable
{
    private ElementReference _root;
    private DotNetObjectReference<DestinationTimeline>? _self;
    private IJSObjectReference? _pointer;
    private string? _said;

    [Inject] private UiState Ui { get; set; } = default!;
    [Inject] private PageScript Script { get; set; } = default!;
    [Inject] private DetectionOptions Options { get; set; } = default!;

    [Parameter, EditorRequired] public InstanceTimeline Timeline { get; set; } = default!;
    /// <summary>The lines to draw; null draws every lane.</summary>
    [Parameter] public LaneList? List { get; set; }
    /// <summary>The period of the same length before; null draws none.</summary>
    [Parameter] public InstanceTimeline? Before { get; set; }
    [Parameter] public Destination? SelectedLane { get; set; }
    [Parameter] public int? SelectedCell { get; set; }
    /// <summary>Where a lane's label leads.</summary>
    [Parameter] public Func<Destination, string>? LaneHref { get; set; }
    /// <summary>Where a fold or an offer of more leads.</summary>
    [Parameter] public Func<LaneLine, string>? UnfoldHref { get; set; }
    [Parameter] public EventCallback<(TimelineLane Lane, int Cell)> OnOpen { get; set; }
    /// <summary>A fold was clicked.</summary>
    [Parameter] public EventCallback<LaneLine> OnUnfold { get; set; }
    /// <summary>A span was drawn across the lanes, Unix seconds.</summary>
    [Parameter] public EventCallback<(long From, long To)> OnBrush { get; set; }
    [Parameter] public bool Compact { get; set; }
    /// <summary>The smallest form, for a narrow pane about one finding: no flags, no legend, labels without dates.</summary>
    [Parameter] public bool Mini { get; set; }

    private LaneList _list = new([], 0, 0);
    private InstanceTimeline? _listed;

    private long LearningDays => Math.Max(1, (long)Options.Learning.TotalDays);

    /// <summary>
    /// Finding labels with the side they hang on. Labels that would cover each other are merged by keeping the first; its line still shows each start.
    /// </summary>
    private IReadOnlyList<(TimelineFinding Mark, string Label, bool Left)> Marks
    {
        get
        {
            var marks = new List<(TimelineFinding, string, bool)>();
            double free = -1, span = Timeline.To - Timeline.From;
            // A flag takes a share of the plot; near its end it must open to the left, or it would lie over what stands beside the drawing.
            double width = Compact ? 0.4 : 0.14;
            var findings = Timeline.Findings;
            for (int i = 0; i < findings.Count; i++)
            {
                double at = (findings[i].At - Timeline.From) / span;
                if (at < free) continue;
                var together = findings.Skip(i).TakeWhile(f => (f.At - Timeline.From) / span < at + width).ToList();
                // The flag of several names the gravest that is open, and leads to it.
                var first = together.OrderByDescending(f => f.Status.IsOpen()).ThenByDescending(f => f.Severity).First();
                marks.Add((first with { At = findings[i].At }, together.Count > 1 ? $"{first.Label} and {together.Count - 1} more" : first.Label, at > (Compact ? 0.5 : 0.82)));
                free = at + width;
            }
            return marks;
        }
    }

    private bool Few => _list.Drawn.Count == Timeline.Lanes.Count;

    private string Destinations => _list.Matching < _list.Total ? $"{Words.Count(_list.Matching)} of {Words.Count(_list.Total, "destination")}"
        : Timeline.LanesLeft > 0 ? $"{Words.Count(Timeline.Lanes.Count)} of {Words.Count(Timeline.Lanes.Count + Timeline.LanesLeft, "destination")}" : Words.Count(_list.Total, "destination");

    private static string More(LaneLine line) => line.Left <= LaneList.PageSize ? $"Show the other {Words.Count(line.Left)}" : $"Show {LaneList.PageSize} more of {Words.Count(line.Left)}";

    private string CoverageText
    {
        get
        {
            int Cells(CoverageState state) => Timeline.Coverage.Count(c => c.State == state);
            return $"Coverage by cell of {TimelineWords.Width(Timeline.Resolution)}: {Cells(CoverageState.Logged)} logged, {Cells(CoverageState.Partly)} partly, {Cells(CoverageState.Missing)} missing.";
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        _pointer = await Script.AskAsync<IJSObjectReference?>("timeline", null, _root, _self);
    }

    protected override void OnParametersSet()
    {
        if (List is not null) _list = List;
        else if (!ReferenceEquals(_listed, Timeline)) _list = LaneList.All(Timeline);
        _listed = List is null ? Timeline : null;
    }

    /// <summary>One cell in words; called by the page's script on hover.</summary>
    [JSInvokable]
    public string? Describe(int lane, int cell) => LineAt(lane, cell) is { } line ? TimelineWords.Describe(Timeline, line, cell, Ui.Stamp) : null;

    /// <summary>A cell was clicked, or chosen by keyboard.</summary>
    [JSInvokable]
    public Task Opened(int lane, int cell) => LineAt(lane, cell) switch
    {
        null => Task.CompletedTask,
        { Kind: LaneLineKind.Fold } fold => InvokeAsync(() => OnUnfold.InvokeAsync(fold)),
        var line => InvokeAsync(() => OnOpen.InvokeAsync((line.Lane!, cell))),
    };

    private LaneLine? LineAt(int lane, int cell) => lane >= 0 && lane < _list.Drawn.Count && cell >= 0 && cell < Timeline.CellCount ? _list.Drawn[lane] : null;

    /// <summary>A cell was reached by keyboard: it is spoken, since a screen reader sees no cursor move.</summary>
    private void Say(int lane, int cell) => _said = Describe(lane, cell);

    private Task SayAndOpen(int lane, int cell)
    {
        Say(lane, cell);
        return Opened(lane, cell);
    }

    /// <summary>A span was drawn; shares of the width.</summary>
    [JSInvokable]
    public Task Brushed(double from, double to)
    {
        long first = Timeline.CellStart((int)(Math.Clamp(from, 0, 1) * Timeline.CellCount)), last = Timeline.CellStart((int)Math.Ceiling(Math.Clamp(to, 0, 1) * Timeline.CellCount));
        return last > first ? InvokeAsync(() => OnBrush.InvokeAsync((first, last))) : Task.CompletedTask;
    }

    private string X(long at) => TimelineShape.Left(Timeline, at);

    private string CellX(int index) => TimelineShape.Percent((double)index / Timeline.CellCount);

    private string CellWidth(int count) => TimelineShape.Percent((double)count / Timeline.CellCount);

    private static string MarkCss(TimelineFinding mark) => !mark.Status.IsOpen() ? "past f-past" : SeverityBands.Of(mark.Severity) switch
    {
        SeverityBand.High => "f-high",
        SeverityBand.Medium => "f-medium",
        _ => "f-low",
    };

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_pointer is not null) await _pointer.InvokeVoidAsync("stop");
        }
        catch (Exception exception) when (PageScript.IsGone(exception))
        {
            // The window is gone, and its listeners with it.
        }
        _self?.Dispose();
    }
}
