using System.Text.Json;
using System.Text.Json.Serialization;
using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// A type of finding: how it is found, scored and told. One subclass in a file of its own for each type, and one line in <see cref="FindingTypes.All"/>; nothing else asks which type a finding has.
/// </summary>
[JsonConverter(typeof(FindingTypeJsonConverter))]
public abstract class FindingType
{
    /// <param name="id">Stored, and part of a finding's identity: never changed, never used again.</param>
    /// <param name="name">Without the family.</param>
    private protected FindingType(byte id, string name) => (Id, Name) = (id, "DefenseEvasion:EC2/" + name);

    public byte Id { get; }

    /// <summary>The full name; the first three are written as GuardDuty writes them.</summary>
    public string Name { get; }

    /// <summary>One of the three types that GuardDuty has too.</summary>
    public virtual bool IsOfGuardDuty => false;

    /// <summary>About one contact with one target. Other types are about a pattern and have a start value of their own; the contacts in it have theirs.</summary>
    public virtual bool IsFirstContact => false;

    /// <summary>Has first contacts as members, which then have no finding of their own.</summary>
    public virtual bool Gathers => false;

    /// <summary>About one target, whose operator the finding names.</summary>
    public virtual bool HasOperator => true;

    /// <summary>What stands in the place of the operator when a finding has none.</summary>
    public virtual string WithoutOperator => "Not in the catalogue";

    /// <summary>Which ATT&amp;CK techniques a finding points to.</summary>
    public virtual IReadOnlyList<AttackTechnique> Techniques(Finding finding) => FindingTypes.Of(finding.Transport).Techniques(finding);

    /// <summary>What to do about a finding, unless the operator wrote something else.</summary>
    public virtual IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Contact;

    /// <summary>Operator over address: ("Google Public DNS", "8.8.8.8 and 1 more"). Without an operator both are the address.</summary>
    public virtual (string Operator, string Address) Target(Finding finding)
    {
        string first = finding.FirstAddress!.Address.ToString();
        int others = finding.Addresses.Select(a => a.Address).Distinct().Count() - 1;
        string address = others > 0 ? $"{first} and {Wording.Number(others)} more" : first;
        return (finding.Provider ?? address, address);
    }

    /// <summary>"web-17 asked Google Public DNS (8.8.8.8)", the whole first sentence without its full stop.</summary>
    internal abstract string Headline(Finding finding, string target);

    /// <summary>The clause of a queue row.</summary>
    internal abstract string Why(Finding finding);

    /// <summary>Who, at the start of a sentence.</summary>
    internal virtual string Subject(Finding finding)
    {
        if (finding.Subject.Kind == SubjectKind.Instance) return finding.InstanceName ?? finding.Subject.Id;
        return finding.Members.Count == 1 ? $"{finding.Members[0]} in {finding.Subject.Id}" : $"{Wording.Count(finding.Members.Count, "instance")} of {finding.Subject.Id}";
    }

    /// <summary>What went each way, and when: a whole sentence.</summary>
    internal virtual string Facts(Finding finding)
    {
        string outcome = finding.Outcome switch
        {
            ContactOutcome.Answered => "It was answered",
            ContactOutcome.Blocked => "It was blocked",
            ContactOutcome.AnswerBlocked => "It went out, and the answer was blocked",
            _ => "Nothing came back",
        };
        return $"{outcome}: {Traffic(finding.Out)} out, {Traffic(finding.In)} in, from {Wording.Moment(finding.First)} to {Wording.Moment(finding.Last)}.";
    }

    /// <summary>Looks for the type in one instance, before any first contact is absorbed.</summary>
    internal virtual void Find(PatternSearch search)
    {
    }

    /// <summary>Looks for the type among the first contacts of the fleet with one target; those it finds are absorbed.</summary>
    /// <param name="alerts">All first-contact alerts on one <see cref="FleetTarget"/>, ascending.</param>
    internal virtual List<Alert> FindInFleet(List<Alert> alerts, Parameters parameters) => [];

    /// <summary>Looks for the type among the first contacts of one instance that no fleet absorbed.</summary>
    internal virtual void Gather(PatternSearch search)
    {
    }

    /// <summary>Does a further alert of a group belong to the finding before it? By default while it starts within H of the last contact so far.</summary>
    internal virtual bool Joins(FindingDraft draft, in Alert next, Parameters parameters) => parameters.Boundaries.Joins(next.Start - draft.Last, parameters.History);

    /// <summary>Is a finding as severe as the most severe of the first contacts in it?</summary>
    internal virtual bool ScoresMembers => false;

    /// <summary>The operator that a finding names; null = none, or several.</summary>
    internal virtual string? Operator(FindingCase c) => HasOperator ? c.Provider : null;

    /// <summary>The transport that stands for a finding.</summary>
    internal virtual DnsTransport Transport(FindingDraft draft) => draft.Group.Transport;

    /// <summary>Does a finding say whether another member of its group serves DNS?</summary>
    internal virtual bool AsksPeers => false;

    /// <summary>Does traffic count of which it is unclear who asked whom?</summary>
    internal virtual bool CountsUnclear => false;

    /// <summary>Who a finding is about.</summary>
    internal virtual Subject Subject(FindingDraft draft) => draft.Group.Subject;

    /// <summary>What findings of the type are told apart by.</summary>
    internal virtual FindingGroup Group(in Alert alert, bool providerMerge) =>
        new(this, SubjectOf(alert), alert.Destination.Destination.Transport, FindingGroup.TargetOf(alert.Destination, providerMerge));

    /// <summary>Do the facts, seen closely, bear it out?</summary>
    internal virtual bool IsBorneOut(FindingCase c) => true;

    /// <summary>Severity in tenths, the start value first; not yet kept inside the bounds.</summary>
    internal abstract List<ScoreFactor> Severity(FindingCase c);

    /// <summary>Where confidence that a contact is DNS starts.</summary>
    internal virtual ScoreFactor Confidence(FindingCase c) => FindingTypes.Of(c.Transport).Confidence(c);

    /// <summary>Confidence, the start value first; not yet kept inside the bounds.</summary>
    internal virtual List<ScoreFactor> ConfidenceFactors(FindingCase c) => ConfidenceScorer.OfContact(c);

    /// <summary>The rule path taken, step by step.</summary>
    internal abstract List<string> Path(FindingCase c);

    /// <summary>What would have had to differ for it not to fire.</summary>
    internal abstract List<string> Counterfactuals(FindingCase c);

    public override string ToString() => Name;

    private protected static Subject SubjectOf(in Alert alert) => alert.Evaluation.Decision == EpisodeDecision.CohortAlert
        ? new(SubjectKind.Cohort, alert.Evaluation.Cohort!) : new(SubjectKind.Instance, alert.Instance.Key.Id);

    private static string Traffic(TrafficSum sum) => $"{Wording.Count(sum.Packets, "packet")} ({Wording.Number(sum.Bytes)} bytes)";
}

/// <summary>The stored form: the id alone.</summary>
public sealed class FindingTypeJsonConverter : JsonConverter<FindingType>
{
    public override FindingType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        FindingTypes.TryFind(reader.GetByte()) ?? throw new JsonException("No finding type has this number.");

    public override void Write(Utf8JsonWriter writer, FindingType value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Id);
}
