using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Storage.Findings;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Findings;

/// <summary>The queue's state as the URL holds it.</summary>
internal sealed record FindingsState
{
    public const int PageSize = 50;

    /// <summary><c>open</c> (the default), <c>acknowledged</c>, <c>closed</c>, <c>expected</c>, <c>withdrawn</c> or <c>all</c> (all but withdrawn).</summary>
    public string Show { get; init; } = "open";
    public SeverityBand? Band { get; init; }
    public DnsTransport? Transport { get; init; }
    public string? Text { get; init; }
    public string? Assignee { get; init; }
    public string? Provider { get; init; }
    public int? Incident { get; init; }
    /// <summary>Only what nobody is assigned to.</summary>
    public bool Unassigned { get; init; }
    public bool BelowThreshold { get; init; }
    public long? From { get; init; }
    public long? To { get; init; }
    public FindingSort Sort { get; init; } = FindingSort.Severity;
    public bool Descending { get; init; } = true;
    public int Page { get; init; } = 1;

    public bool Filtered => Band is not null || Transport is not null || Text is not null || Assignee is not null || Provider is not null || Incident is not null || Unassigned || From is not null;

    private static readonly Dictionary<string, FindingStatus[]> Shows = new()
    {
        ["open"] = [FindingStatus.Open, FindingStatus.Acknowledged],
        ["acknowledged"] = [FindingStatus.Acknowledged],
        ["closed"] = [FindingStatus.Closed],
        ["expected"] = [FindingStatus.ClosedExpected],
        ["withdrawn"] = [FindingStatus.Withdrawn],
        ["all"] = [FindingStatus.Open, FindingStatus.Acknowledged, FindingStatus.Closed, FindingStatus.ClosedExpected],
    };

    public static IReadOnlyList<FindingStatus> StatusesOf(string show) => Shows.GetValueOrDefault(show, Shows["open"]);

    public static FindingsState Read(string? show, string? severity, string? transport, string? text, string? assignee, string? provider, string? below, string? from, string? to, string? sort, string? direction, int? page) => new()
    {
        Show = show is not null && Shows.ContainsKey(show) ? show : "open",
        Band = Enum.TryParse(severity, true, out SeverityBand band) && Enum.IsDefined(band) ? band : null,
        Transport = transport is not null && DnsTransports.TryParse(transport, out var kind) ? kind : null,
        Text = string.IsNullOrWhiteSpace(text) ? null : text.Trim(),
        Assignee = string.IsNullOrWhiteSpace(assignee) ? null : assignee,
        Provider = string.IsNullOrWhiteSpace(provider) ? null : provider,
        BelowThreshold = below == "1",
        From = QueryTime.Read(from),
        To = QueryTime.Read(to),
        Sort = sort switch { "first" => FindingSort.FirstContact, "last" => FindingSort.LastContact, "count" => FindingSort.Count, "subject" => FindingSort.Subject, "detected" => FindingSort.DetectedAt, _ => FindingSort.Severity },
        Descending = direction != "asc",
        Page = page is > 1 and < 100_000 ? page.Value : 1,
    };

    /// <summary>As <see cref="FindingsPage"/> reads its address.</summary>
    public static FindingsState Read(IQueryCollection query)
    {
        return Read(One("show"), One("severity"), One("transport"), One("q"), One("assignee"), One("provider"), One("below"), One("from"), One("to"), One("sort"), One("dir"), null) with { Incident = int.TryParse(One("incident"), System.Globalization.CultureInfo.InvariantCulture, out int incident) ? incident : null, Unassigned = One("nobody") == "1" };

        string? One(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    /// <summary>The filters but the span of time, for a report: "severity High".</summary>
    public IReadOnlyList<string> InWords
    {
        get
        {
            List<string> words = [];
            if (Band is { } band) words.Add($"severity {band}");
            if (Transport is { } transport) words.Add($"transport {transport.Name()}");
            if (Text is { } text) words.Add($"text \"{text}\"");
            if (Provider is { } provider) words.Add($"operator {provider}");
            if (Assignee is { } assignee) words.Add($"assigned to {assignee}");
            if (Unassigned) words.Add("assigned to nobody");
            if (Incident is { } incident) words.Add($"incident {incident}");
            words.Add(BelowThreshold ? "findings below the report threshold too" : "reported findings only");
            return words;
        }
    }

    public string SortKey => Sort switch { FindingSort.FirstContact => "first", FindingSort.LastContact => "last", FindingSort.Count => "count", FindingSort.Subject => "subject", FindingSort.DetectedAt => "detected", _ => "severity" };

    public FindingQuery ToQuery() => new()
    {
        Statuses = StatusesOf(Show),
        Bands = Band is { } band ? [band] : [],
        Transports = Transport is { } transport ? [transport] : [],
        // Findings name the IPv4 address, a raw record may hold its NAT64 form.
        Text = IpAddress.TryParse(Text, out var address) ? AddressSpace.Fold(address).ToString() : Text,
        Assignee = Assignee,
        Provider = Provider,
        IncidentId = Incident,
        Unassigned = Unassigned,
        IncludeUnreported = BelowThreshold,
        FirstFrom = From,
        FirstTo = To,
        Sort = Sort,
        Descending = Descending,
        Skip = (Page - 1) * PageSize,
        Take = PageSize,
    };
}

/// <summary>What the queue shows.</summary>
/// <param name="Number">The page that was read, from 1.</param>
/// <param name="Reach">What an empty list rests on; null where there are rows.</param>
/// <param name="Facets">What a chip would show if it were pressed, all other filters kept.</param>
internal sealed record FindingsView(FindingList Page, int Number, FindingCounts Counts, IReadOnlyList<FindingFacet> Facets, DataReach? Reach)
{
    public int CountOf(FindingsState state) => Facets.Where(f =>
        (state.BelowThreshold || f.Reported) && (FindingsState.StatusesOf(state.Show) is { Count: 0 } || FindingsState.StatusesOf(state.Show).Contains(f.Status))
        && (state.Band is null || f.Band == state.Band) && (state.Transport is null || f.Transport == state.Transport)).Sum(f => f.Count);
}

/// <summary>A dossier as the page shows it.</summary>
public sealed record FindingView(FindingDossier Stored)
{
    public Finding Finding => Stored.Finding;
    public string Headline { get; } = Stored.Headline;
    public IReadOnlyList<string> Explanation { get; } = Stored.Reasons;
    public IReadOnlyList<DossierSibling> Siblings => Stored.Siblings;
    public IReadOnlyList<DossierComment> Comments => Stored.Comments;
    public IReadOnlyList<DossierDecision> History => Stored.Decisions;
    public IReadOnlyList<DossierEvidence> Evidence => Stored.Evidence;
    public Core.Timeline.InstanceTimeline? Timeline => Stored.Timeline;
    /// <summary>What was decided about the target before, newest first; only beside the queue.</summary>
    public IReadOnlyList<EarlierDecision> Earlier { get; init; } = [];

    /// <summary>Siblings with a decision, newest first: what was thought of this target before.</summary>
    public IReadOnlyList<DossierSibling> Decided => [.. Siblings.Where(s => s.Status is FindingStatus.Closed or FindingStatus.ClosedExpected)];
    public IReadOnlyList<DossierSibling> Undecided => [.. Siblings.Where(s => s.Status.IsOpen())];
    public FindingRefsOne Ref => new(Finding.Id, Stored.Revision);
}

/// <summary>A finding and the revision that the analyst saw.</summary>
public readonly record struct FindingRefsOne(string Id, int Revision)
{
    public Wayward.Engine.Triage.FindingRefs Refs => Wayward.Engine.Triage.FindingRefs.One(Id, Revision);
}

/// <summary>A decision about another finding on the same target.</summary>
/// <param name="At">Unix seconds; null when the audit log does not name it.</param>
/// <param name="Reason">What was written beside it; may be empty.</param>
public sealed record EarlierDecision(DossierSibling Finding, long? At, string? Actor, string Reason);
