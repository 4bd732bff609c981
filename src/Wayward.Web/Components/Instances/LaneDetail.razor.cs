using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Timeline;
using Wayward.Engine.Evidence;
using Wayward.Storage.Findings;
using Wayward.Web.Components.Findings;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>What is known of one lane of a timeline.</summary>
public partial class LaneDetail
{
    private const int Most = 200;
    private bool _reading;
    private EvidenceResult? _records;
    private (Destination, int?, long)? _read;

    [Inject] private InstanceService Service { get; set; } = default!;
    [Inject] private FindingDialogs Dialogs { get; set; } = default!;
    [Inject] private UiState Ui { get; set; } = default!;

    [Parameter, EditorRequired] public TimelineView View { get; set; } = default!;
    [Parameter, EditorRequired] public TimelineLane Lane { get; set; } = default!;
    [Parameter, EditorRequired] public string InstanceId { get; set; } = "";
    [Parameter] public int? Cell { get; set; }
    [Parameter] public IReadOnlyList<FindingRow> Findings { get; set; } = [];
    [Parameter, EditorRequired] public string CloseHref { get; set; } = "";

    private int? CellOpen => Cell is { } cell && cell < View.Timeline.CellCount ? cell : null;
    private IReadOnlyList<ContactHour> Hours => CellOpen is { } cell ? View.HoursOf(Lane, cell) : [];
    private IEnumerable<FindingRow> Named => Findings.Where(f => Lane.FindingIds.Contains(f.Id));

    protected override void OnParametersSet()
    {
        // Records that were read belong to one lane and cell; a live update of the same cell keeps them.
        var now = (Lane.Destination, Cell, View.Timeline.From);
        if (_read == now) return;
        _read = now;
        _records = null;
    }

    private async Task ReadAsync()
    {
        if (CellOpen is not { } cell) return;
        _reading = true;
        try
        {
            long from = View.Timeline.CellStart(cell);
            _records = await Service.RawAsync(InstanceId, Lane.Destination, from, from + View.Timeline.CellSeconds, Most, CancellationToken.None);
        }
        catch (IOException exception)
        {
            _records = new([], false, [$"The objects could not be read: {exception.Message}"]);
        }
        finally
        {
            _reading = false;
        }
    }

    private Task<bool> ExpectAsync(string findingId) => Dialogs.ExpectAsync(findingId);

    private static string Sum(TrafficSum sum) => sum.Records == 0 ? "nothing" : $"{Words.Count(sum.Records, "record")}, {Words.Count(sum.Packets, "packet")}, {Words.Bytes(sum.Bytes)}";

    private static string Reading(ContactHour hour) =>
        !hour.HasContact ? "no contact of its own"
        : hour.OutAccepted.Records == 0 ? "blocked on the way out"
        : hour.InAccepted.Records > 0 ? "answered"
        : hour.InRejected.Records > 0 ? "answer blocked"
        : "not answered";
}
