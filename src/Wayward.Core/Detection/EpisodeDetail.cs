using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>What the cells tell of one alerting episode.</summary>
internal sealed class EpisodeDetail
{
    public required Alert Alert { get; init; }
    public TrafficSum OutAccepted { get; private set; }
    public TrafficSum OutRejected { get; private set; }
    public TrafficSum In { get; private set; }
    /// <summary>An accepted ingress record lies inside the episode plus the grace.</summary>
    public bool Answered { get; private set; }
    public bool AnswerRejected { get; private set; }
    public ContactFlags Flags { get; private set; }
    /// <summary>Start of the contact in each hour, ascending.</summary>
    public IReadOnlyList<long> Contacts { get; private set; } = [];
    public SortedSet<IpAddress> InnerSources { get; } = [];
    /// <summary>The endpoint of the first contact.</summary>
    public Endpoint FirstEndpoint { get; private set; }

    public long Records => OutAccepted.Records + OutRejected.Records;

    public ContactOutcome Outcome =>
        Answered ? ContactOutcome.Answered
        : OutAccepted.Records == 0 && OutRejected.Records > 0 ? ContactOutcome.Blocked
        : AnswerRejected ? ContactOutcome.AnswerBlocked
        : ContactOutcome.Unanswered;

    /// <param name="cells">The destination's contact cells, ascending.</param>
    public static EpisodeDetail Of(Alert alert, DestinationPairs pairs, List<EpisodeCell> cells, Parameters parameters)
    {
        var detail = new EpisodeDetail { Alert = alert };
        var contacts = Regularity.Contacts(cells, alert.Start, alert.End);
        bool isFirst = true;
        foreach (var cell in cells)
        {
            if (cell.IsExpected || cell.Start < alert.Start || cell.Start > alert.End) continue;
            if (isFirst) detail.FirstEndpoint = cell.Endpoint;
            isFirst = false;
            detail.OutAccepted += cell.Cell.OutAccepted;
            detail.OutRejected += cell.Cell.OutRejected;
            detail.Flags |= cell.Cell.Flags;
            foreach (var inner in cell.Cell.InnerSources) detail.InnerSources.Add(inner);
        }
        detail.Contacts = contacts;
        if (contacts.Count == 0) detail.FirstEndpoint = pairs.Endpoints[0].Endpoint;
        long until = alert.End + parameters.AnswerGrace;
        foreach (var (endpoint, _, hours) in pairs.Endpoints)
        {
            // An answer belongs to a question: ingress alone on another protocol or port of the same address answers nothing.
            if (!cells.Exists(c => !c.IsExpected && c.Endpoint.Plain == endpoint.Plain)) continue;
            foreach (var hour in hours)
            {
                if (hour.Hour < UnixTime.Hour(alert.Start) || hour.Hour > UnixTime.Hour(until)) continue;
                detail.In += hour.InAccepted + hour.InRejected;
                detail.Answered |= hour.IsAnswered(alert.Start, until);
                detail.AnswerRejected |= hour.InRejected.Records > 0;
            }
        }
        return detail;
    }
}
