using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>What the histories of a finding's members say. They are gathered some members at a time, so that no more histories than these have to be held.</summary>
internal sealed class DraftFacts(FindingDraft draft)
{
    public FindingDraft Draft { get; } = draft;
    /// <summary>In the order of <see cref="FindingDraft.Alerts"/>.</summary>
    public List<EpisodeDetail> Details { get; } = new(draft.Alerts.Count);
    public List<EvidenceLine> Evidence { get; } = [];
    /// <summary>Every contact so far was blocked and gone around.</summary>
    public bool IsGoneAround { get; set; } = draft.Group.Type.IsFirstContact;
    /// <summary>An earlier episode of a target was answered.</summary>
    public bool EarlierAnswered { get; set; }

    /// <summary>What others do with a target, told as of the first contact with it: a fleet of thousands costs as many steps, and not their square.</summary>
    public Dictionary<Destination, Prevalence> Prevalences { get; } = [];

    /// <summary>The first of the members that would be most severe alone; null unless the type scores its members.</summary>
    public MemberScore? MostSevere { get; private set; }
    /// <summary>The first of the members with the greatest confidence.</summary>
    public MemberScore? Surest { get; private set; }

    public void Add(MemberScore member)
    {
        if (MostSevere is null || member.Severity > MostSevere.Severity) MostSevere = member;
        if (Surest is null || member.ConfidenceSum > Surest.ConfidenceSum) Surest = member;
    }
}
