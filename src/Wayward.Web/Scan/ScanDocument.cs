using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Engine.Scan;

namespace Wayward.Web.Scan;

/// <summary>The result of a scan as other programs read it, schema <c>wayward.scan/1</c>. Members are only ever added within a version.</summary>
internal sealed record ScanDocument
{
    public const string SchemaId = "wayward.scan/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    [Description("The resolver catalogue used")]
    public required CatalogDocument Catalog { get; init; }
    [Description("What was read")]
    public required ScanInputDocument Input { get; init; }
    [Description("One for each instance, address, protocol and port, ordered by these")]
    public required IEnumerable<ScanContactDocument> Contacts { get; init; }
    [Description("Those below the report threshold too, ordered by first contact, then id")]
    public required IEnumerable<FindingDocument> Findings { get; init; }
    [Description("Contacts that made no finding, with the reason; by instance, address, transport and first contact")]
    public required IEnumerable<AcceptedDocument> Accepted { get; init; }
    [Description("New targets of an instance on a UTC day that its role explains")]
    public required IEnumerable<RoleDayDocument> RoleDays { get; init; }
    [Description("Why no record could be evaluated, so that the absence of findings says nothing; null when some were")]
    public required string? NothingEvaluated { get; init; }
    [Description("How much of the input can be evaluated at all")]
    public required ScanBlindnessDocument Blindness { get; init; }
    [Description("What the reader of the result must know of the input, such as two flow logs over one interface; a sentence each")]
    public required IEnumerable<string> Warnings { get; init; }

    /// <summary>Rows are made while they are written: they grow with the fleet, and the writer must not hold them all.</summary>
    public static ScanDocument Of(ScanResult result, ResolverCatalog catalog) => new()
    {
        Catalog = new(catalog.Version, catalog.Hash),
        Input = ScanInputDocument.Of(result.Input),
        Contacts = result.Contacts.Select(ScanContactDocument.Of),
        Findings = result.Findings.Select(f => new FindingDocument(f, FindingStatus.Open)),
        Accepted = result.Accepted.Select(AcceptedDocument.Of),
        RoleDays = RoleDay.Of(result.Accepted).Select(d => new RoleDayDocument(
            d.Instance.Id, DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + d.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), d.Role, d.NewTargets)),
        NothingEvaluated = ScanSummary.NothingEvaluated(result.Input),
        Blindness = ScanBlindnessDocument.Of(result.Blindness),
        Warnings = ScanSummary.Warnings(result),
    };
}

/// <param name="Hours">Hours in which instances, and interfaces of AWS services, were seen, or that lie between two such hours.</param>
/// <param name="BlindHours">Those of them about which nothing can be said.</param>
internal sealed record ScanBlindnessDocument(long Hours, long BlindHours, IEnumerable<ScanBlindnessRowDocument> Rows)
{
    public static ScanBlindnessDocument Of(BlindnessMeter meter) => new(meter.Hours, meter.BlindHours, meter.Rows.Select(r => new ScanBlindnessRowDocument(
        r.Account, r.Vpc, r.Hours, Of(r, BlindReason.Learning), Of(r, BlindReason.NoCoverage), Of(r, BlindReason.ServiceInterface), Of(r, BlindReason.UnresolvedSide))));

    private static long Of(BlindnessRow row, BlindReason reason) => row.Blind.GetValueOrDefault(reason);
}

/// <param name="Learning">Hours of young instances without a mature group.</param>
/// <param name="NoCoverage">Hours without any record.</param>
/// <param name="ServiceInterface">Hours of interfaces of AWS services, which name no instance.</param>
/// <param name="UnresolvedSide">Hours with records that do not tell which side is the instance.</param>
internal sealed record ScanBlindnessRowDocument(string? Account, string? Vpc, long Hours, long Learning, long NoCoverage, long ServiceInterface, long UnresolvedSide);

internal sealed record ScanInputDocument
{
    [Description("Files read to their proven end and distinct by content")]
    public required int Objects { get; init; }
    [Description("Their size as stored")]
    public required long Bytes { get; init; }
    [Description("Data lines; quarantined ones are not counted")]
    public required long Records { get; init; }
    [Description("Records of the contacts")]
    public required long ContactRecords { get; init; }
    [Description("Why a record could not be a contact, with how many; only reasons that occurred")]
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }
    [Description("The first 100 lines that could not be taken and files that were refused")]
    public required IEnumerable<ScanQuarantineDocument> Quarantined { get; init; }
    [Description("How many there were")]
    public required long QuarantinedCount { get; init; }
    [Description("Files or paths refused as a whole")]
    public required int Unreadable { get; init; }
    [Description("Paths whose content was there already")]
    public required int Duplicates { get; init; }

    public static ScanInputDocument Of(ScanInput input) => new()
    {
        Objects = input.Objects,
        Bytes = input.Bytes,
        Records = input.Records,
        ContactRecords = input.ContactRecords,
        Skipped = input.Skipped,
        Quarantined = input.Quarantined.Select(q => new ScanQuarantineDocument(q.File, q.Line, q.Reason)),
        QuarantinedCount = input.QuarantinedCount,
        Unreadable = input.Unreadable,
        Duplicates = input.Duplicates,
    };
}

/// <param name="Line">Null when the file as a whole was refused.</param>
internal sealed record ScanQuarantineDocument(string File, long? Line, string Reason);

internal sealed record ScanContactDocument(
    string Instance,
    string Address,
    [property: AllowedValues("DNS", "DoT", "DoQ", "DoH", "DoH3", "DNSCrypt")] string Transport,
    [property: AllowedValues(6, 17)] int Protocol,
    [property: Range(0, 65_535)] int Port,
    string? Provider,
    [property: AllowedValues("A", "B", "C", "D", "R", "X", "H", null)] string? Tier,
    [property: DataType(DataType.DateTime)] string First,
    [property: DataType(DataType.DateTime)] string Last,
    ScanTrafficDocument Out,
    ScanTrafficDocument In,
    bool Answered)
{
    public static ScanContactDocument Of(ScanContact c) => new(
        c.Instance.Id, c.Endpoint.Address.ToString(), c.Transport.Name(), c.Endpoint.Protocol, c.Endpoint.Port, c.Provider, c.Tier.Letter(), UtcTime.Iso(c.First), UtcTime.Iso(c.Last),
        new(c.Out.Records, c.Out.Packets, c.Out.Bytes, c.OutRejected), new(c.In.Records, c.In.Packets, c.In.Bytes, c.InRejected), c.Answered);
}

/// <param name="Rejected">How many of the records were rejected.</param>
internal sealed record ScanTrafficDocument(long Records, long Packets, long Bytes, long Rejected);

/// <param name="Role">The role that explains the contact, or null.</param>
/// <param name="Rule">The number of the rule that expects it, or null.</param>
/// <param name="Group">The group that could have evaluated it, such as <c>asg:web</c>, or null.</param>
internal sealed record AcceptedDocument(
    string Instance,
    string Address,
    [property: AllowedValues("DNS", "DoT", "DoQ", "DoH", "DoH3", "DNSCrypt")] string Transport,
    string? Provider,
    [property: AllowedValues("A", "B", "C", "D", "R", "X", "H", null)] string? Tier,
    [property: AllowedValues("learned", "learned-from-group", "role", "expected", "unclear", "own-network")] string Reason,
    string? Role,
    int? Rule,
    string? Group,
    [property: DataType(DataType.DateTime)] string First,
    [property: DataType(DataType.DateTime)] string Last,
    bool Answered,
    TrafficDocument Out,
    TrafficDocument In)
{
    public static AcceptedDocument Of(AcceptedContact c) => new(
        c.Instance.Id, c.Destination.Address.ToString(), c.Destination.Transport.Name(), c.Provider, c.Tier.Letter(), c.Reason.Name(), c.Role, c.RuleId, c.Group,
        UtcTime.Iso(c.First), UtcTime.Iso(c.Last), c.Answered, new(c.Out.Records, c.Out.Packets, c.Out.Bytes), new(c.In.Records, c.In.Packets, c.In.Bytes));
}

/// <param name="Day"><c>2026-01-31</c>, UTC.</param>
internal sealed record RoleDayDocument(string Instance, [property: RegularExpression("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] string Day, string Role, int NewTargets);
