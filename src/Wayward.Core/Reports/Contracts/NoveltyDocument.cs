using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;

namespace Wayward.Core.Reports.Contracts;

/// <summary>Why a contact is new, as other programs read it.</summary>
public sealed record NoveltyDocument
{
    [Description("When watching began without a gap longer than the history window"), DataType(DataType.DateTime)]
    public required string ObservedSince { get; init; }
    [Description("Share of the hours of the history window before the finding that had records"), Range(0.0, 1.0)]
    public required double Coverage { get; init; }
    public required long HistoryWindowSeconds { get; init; }
    public required long LearningSeconds { get; init; }
    public required IEnumerable<UsualDocument> Usual { get; init; }
    [Description("How many other instances talk to the target")]
    public required int OtherCount { get; init; }
    [Description("The first of them")]
    public required IEnumerable<OtherUserDocument> Others { get; init; }
    [Description("Former use that has aged out")]
    public required IEnumerable<EarlierDocument> Earlier { get; init; }
    public required string? Cohort { get; init; }
    public required int CohortPeers { get; init; }
    public required int CohortEstablished { get; init; }
    [Description("What changed at the same time, in sentences")]
    public required IEnumerable<string> Nearby { get; init; }
    [Description("The rule that covered the contact until then")]
    public required string? WasExpected { get; init; }
    [Description("The rule path, step by step")]
    public required IEnumerable<string> Path { get; init; }
    [Description("What would have had to differ")]
    public required IEnumerable<string> Counterfactuals { get; init; }
    [Description("Packet-level addresses behind the interface, such as pods")]
    public required IEnumerable<string> InnerSources { get; init; }

    [Description("The target whose reject the contact went around, in findings about that")]
    public required RejectedDocument? Rejected { get; init; }

    public NoveltyDocument() { }

    [SetsRequiredMembers]
    public NoveltyDocument(Novelty novelty)
    {
        ObservedSince = UtcTime.Iso(novelty.ObservedSince);
        Coverage = Math.Round(novelty.Coverage, 4);
        HistoryWindowSeconds = novelty.HistoryWindow;
        LearningSeconds = novelty.Learning;
        Usual = novelty.Usual.Select(u => new UsualDocument(u.Address.ToString(), u.Transport.Name(), u.Provider, UtcTime.Iso(u.Since), UtcTime.Iso(u.LastContact), u.DaysSeen));
        OtherCount = novelty.OtherCount;
        Others = novelty.Others.Select(o => new OtherUserDocument(o.Instance.Id, o.Address.ToString(), UtcTime.Iso(o.Since), UtcTime.Iso(o.LastContact), o.Established, o.SameCohort));
        Earlier = novelty.Earlier.Select(e => new EarlierDocument(e.Address.ToString(), UtcTime.Iso(e.Start), UtcTime.Iso(e.End)));
        Cohort = novelty.Cohort;
        CohortPeers = novelty.CohortPeers;
        CohortEstablished = novelty.CohortEstablished;
        Nearby = novelty.Nearby;
        WasExpected = novelty.WasExpected;
        Path = novelty.Path;
        Counterfactuals = novelty.Counterfactuals;
        InnerSources = novelty.InnerSources.Select(a => a.ToString());
        Rejected = novelty.Rejected is { } rejected ? new(rejected.Address.ToString(), rejected.Transport.Name(), UtcTime.Iso(rejected.At)) : null;
    }
}

public sealed record RejectedDocument(string Address, string Transport, [property: DataType(DataType.DateTime)] string Last);

public sealed record UsualDocument(
    string Address, string Transport, string? Provider,
    [property: DataType(DataType.DateTime)] string Since, [property: DataType(DataType.DateTime)] string Last, int DaysSeen);

public sealed record OtherUserDocument(
    string Instance, string Address,
    [property: DataType(DataType.DateTime)] string Since, [property: DataType(DataType.DateTime)] string Last, bool Established, bool SameCohort);

public sealed record EarlierDocument(string Address, [property: DataType(DataType.DateTime)] string First, [property: DataType(DataType.DateTime)] string Last);
