using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Storage.Ingest;

namespace Wayward.Web.Components.Shared;

/// <summary>Numbers and names as a page writes them.</summary>
public static class Words
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 instance", "12 instances".</summary>
    public static string Count(long value, string one, string? many = null) => $"{Count(value)} {(value == 1 ? one : many ?? one + "s")}";

    public static string Bytes(long value) => value switch
    {
        < 1_000 => $"{Count(value)} B",
        < 1_000_000 => Scaled(value / 1e3, "kB"),
        < 1_000_000_000 => Scaled(value / 1e6, "MB"),
        < 1_000_000_000_000 => Scaled(value / 1e9, "GB"),
        _ => Scaled(value / 1e12, "TB"),
    };

    private static string Scaled(double value, string unit) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit;

    /// <summary>Tenths of severity as "6.0".</summary>
    public static string Severity(int tenths) => (tenths / 10.0).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Points as "+10" or "−25"; the minus character is as wide as a digit.</summary>
    public static string Signed(int points) => points < 0 ? $"−{Count(-points)}" : $"+{Count(points)}";

    public static string SignedTenths(int points) => points < 0 ? $"−{Severity(-points)}" : $"+{Severity(points)}";

    public static string Percent(double share) => share is > 0.995 and < 1 ? "over 99 %" : (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    /// <summary>"3 d", "5 h", "12 min": a span in its largest unit.</summary>
    public static string Span(long seconds) => Math.Abs(seconds) switch
    {
        < 60 => $"{Math.Abs(seconds)} s",
        < 3_600 => $"{Math.Abs(seconds) / 60} min",
        < 86_400 * 2 => $"{Math.Abs(seconds) / 3_600} h",
        _ => $"{Count(Math.Abs(seconds) / 86_400)} d",
    };

    public static string Ago(long seconds, long now) => now - seconds < 0 ? "in " + Span(seconds - now) : now - seconds < 60 ? "just now" : Span(now - seconds) + " ago";

    public static string Days(TimeSpan span) =>
        span.TotalDays >= 1 && span.TotalDays == Math.Floor(span.TotalDays) ? Count((long)span.TotalDays, "day")
        : span.TotalHours >= 1 && span.TotalHours == Math.Floor(span.TotalHours) ? Count((long)span.TotalHours, "hour")
        : span.TotalMinutes >= 1 && span.TotalMinutes == Math.Floor(span.TotalMinutes) ? Count((long)span.TotalMinutes, "minute")
        : Count((long)span.TotalSeconds, "second");

    public static string Outcome(ContactOutcome outcome) => outcome switch
    {
        ContactOutcome.Answered => "the server answered",
        ContactOutcome.Blocked => "blocked on the way out",
        ContactOutcome.AnswerBlocked => "the server's answer was blocked on the way in",
        _ => "the server did not answer",
    };

    public static string Band(SeverityBand band) => band.ToString();

    public static string Status(FindingStatus status) => status switch
    {
        FindingStatus.ClosedExpected => "Expected",
        _ => status.ToString(),
    };

    public static string Status(Core.Incidents.IncidentStatus status) => status == Core.Incidents.IncidentStatus.InProgress ? "In progress" : status.ToString();

    public static string Resolution(Resolution resolution) => resolution switch
    {
        Core.Triage.Resolution.TruePositive => "True positive",
        Core.Triage.Resolution.BenignPositive => "Benign positive",
        Core.Triage.Resolution.FalsePositive => "False positive",
        Core.Triage.Resolution.Duplicate => "Duplicate",
        Core.Triage.Resolution.InsufficientData => "Not enough data",
        _ => "",
    };

    public static string ResolutionHelp(Resolution resolution) => resolution switch
    {
        Core.Triage.Resolution.TruePositive => "It happened, and it should not have.",
        Core.Triage.Resolution.BenignPositive => "It happened, and it is harmless or was allowed.",
        Core.Triage.Resolution.FalsePositive => "It is not what the finding says.",
        Core.Triage.Resolution.Duplicate => "Another finding is about the same event.",
        Core.Triage.Resolution.InsufficientData => "The data are not enough to decide.",
        _ => "",
    };

    /// <summary>A finding's subject: the instance's name or id, or "group web" without the kind of its fact in front.</summary>
    public static string Subject(Subject subject, string? instanceName)
    {
        if (subject.Kind == SubjectKind.Instance) return instanceName ?? subject.Id;
        return Group(subject.Id);
    }

    /// <summary>A group by its id: <c>asg:web</c> is "group web", <c>subnet:subnet-1</c> is "subnet-1".</summary>
    public static string Group(string id)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return id;
        string value = id[(colon + 1)..];
        return id[..colon] switch { "asg" => "group " + value, "template" => "launch template " + value, "image" => "image " + value, _ => value };
    }

    /// <summary>Who runs the target of a queue row; a finding about a pattern may be about several.</summary>
    public static string Operator(Wayward.Storage.Findings.FindingRow row) => row.Provider ?? row.Type.WithoutOperator;

    public static string Tier(CatalogTier tier) => tier switch
    {
        CatalogTier.Dedicated => "dedicated resolver",
        CatalogTier.ServiceAssigned => "resolver address in a CDN range",
        CatalogTier.Shared => "shared with other sites",
        CatalogTier.PersonalHost => "resolver on a rented server",
        CatalogTier.Authoritative => "root or TLD name server",
        CatalogTier.Relay => "relay",
        CatalogTier.Hoster => "name server of a hoster of zones",
        _ => "not in the catalogue",
    };

    public static string Class(LaneClass value) => value switch
    {
        LaneClass.KnownPublic => "known public resolver",
        LaneClass.Uncatalogued => "not in the catalogue",
        LaneClass.Encrypted => "encrypted DNS",
        _ => "authoritative server",
    };

    public static string State(SourceObjectState state) => state switch
    {
        SourceObjectState.Seen => "Waiting",
        SourceObjectState.Leased => "Being read",
        SourceObjectState.Done => "Done",
        SourceObjectState.Retry => "Will retry",
        SourceObjectState.Quarantined => "Quarantined",
        SourceObjectState.Skipped => "Skipped",
        SourceObjectState.Duplicate => "Duplicate",
        _ => "Replaced",
    };

    public static string Protocol(byte protocol) => protocol switch { 6 => "TCP", 17 => "UDP", _ => "protocol " + protocol.ToString(CultureInfo.InvariantCulture) };

    public static string Attribute(InstanceAttribute attribute) => attribute switch
    {
        InstanceAttribute.Vpc => "VPC",
        InstanceAttribute.Asg => "Auto Scaling group",
        InstanceAttribute.Interface => "Network interface",
        InstanceAttribute.LaunchTemplate => "Launch template",
        InstanceAttribute.PrivateAddress => "Private address",
        InstanceAttribute.OwnNetwork => "Own IPv6 network",
        InstanceAttribute.FlowLog => "Flow log",
        _ => attribute.ToString(),
    };

    /// <summary>The value of a fact about an instance, as a reader wants it.</summary>
    public static string Fact(InstanceFact fact) => fact.Attribute == InstanceAttribute.FlowLog ? FlowLogOverlaps.Words(fact.Value) : fact.Value;

    /// <summary>The verbs of the audit log in words.</summary>
    /// <summary>Roles and rights of a person, or that there are none.</summary>
    public static string Roles(Storage.Access.Roles roles) => roles == Storage.Access.Roles.None ? "none"
        : string.Join(", ", Enum.GetValues<Storage.Access.Roles>().Where(r => r is not (Storage.Access.Roles.None or Storage.Access.Roles.All) && (roles & r) != 0).Select(r => r.ToString().ToLowerInvariant()));

    public static string Verb(string verb) => verb switch
    {
        "finding.acknowledge" => "acknowledged",
        "finding.close" => "closed",
        "finding.reopen" => "reopened",
        "finding.comment" => "commented",
        "finding.assign" => "assigned",
        "expected.add" => "marked expected",
        "expected.delete" => "withdrew a rule",
        "expected.import" => "imported rules",
        "incident.create" => "made an incident",
        "incident.edit" => "changed an incident",
        "incident.attach" => "added to an incident",
        "incident.detach" => "took out of an incident",
        "incident.task" => "worked on a task",
        "undo" => "undid",
        "object.retry" => "retried an object",
        "object.skip" => "skipped an object",
        "report.export" => "exported a report",
        "source.pause" => "paused a source",
        "source.resume" => "resumed a source",
        "backfill.dry-run" => "asked for a dry run",
        "backfill.start" => "started a backfill",
        "backfill.pause" => "paused a backfill",
        "backfill.resume" => "resumed a backfill",
        "backfill.cancel" => "cancelled a backfill",
        "audit.read" => "read the audit log",
        "audit.export" => "exported the audit log",
        "audit.erase" => "erased a person's texts",
        "access.sign-in" => "signed in",
        "access.sign-out" => "signed out",
        "access.refused" => "was refused",
        "access.denied" => "was denied",
        "access.disable" => "took access away",
        "access.enable" => "gave access back",
        _ => verb,
    };
}
