using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Tests;

/// <summary>Test data with known answers.</summary>
internal static class Make
{
    /// <summary>2026-02-01 00:00 UTC, a whole hour and day.</summary>
    public const long T0 = 1_769_904_000;
    public static readonly IpAddress Google = IpAddress.Parse("8.8.8.8");
    public static readonly IpAddress Google2 = IpAddress.Parse("8.8.4.4");
    public static readonly IpAddress Quad9 = IpAddress.Parse("2620:fe::fe");

    public static Endpoint Dns(IpAddress address) => new(address, 17, 53);

    /// <summary>A batch with one contact for each (instance, address, second).</summary>
    public static ContactBatch Batch(long objectId, params (string Instance, IpAddress Address, long At)[] contacts)
    {
        var batch = new ContactBatch();
        long line = 1;
        foreach (var (instance, address, at) in contacts)
        {
            var share = Share(batch, instance);
            Cover(share, at);
            var endpoint = Dns(address);
            int hour = UnixTime.Hour(at);
            if (!share.Cells.TryGetValue(new CellKey(endpoint, hour), out var cell)) share.Cells.Add(new CellKey(endpoint, hour), cell = new ContactHour { Hour = hour });
            if ((at, objectId, ++line).CompareTo((cell.FirstContact, cell.FirstObject, cell.FirstLine)) < 0) (cell.FirstContact, cell.FirstObject, cell.FirstLine) = (at, objectId, line);
            cell.LastContact = Math.Max(cell.LastContact, at + 59);
            cell.OutAccepted += new TrafficSum(1, 2, 120);
            cell.InAccepted += new TrafficSum(1, 2, 300);
            cell.FirstAnswer = Math.Min(cell.FirstAnswer, at);
            cell.LastAnswer = Math.Max(cell.LastAnswer, at);
            cell.AnswerMinutes |= 1UL << (int)(at % 3600 / 60);
            cell.MaxPackets = Math.Max(cell.MaxPackets, 2 + line % 5);
            cell.InnerSources = [.. cell.InnerSources.Append(IpAddress.FromIPv4(0x0A000000u + (uint)(at % 97))).Distinct().Order().Take(ContactHour.MaxInnerSources)];
            if (!share.Evidence.TryGetValue(endpoint, out var lines)) share.Evidence.Add(endpoint, lines = []);
            lines.Add(new(at, objectId, line, $"2 1234 eni-1 10.0.0.1 {address} {at}"));
            share.Evidence[endpoint] = [.. lines.OrderBy(l => (l.Start, l.ObjectId, l.Line)).Take(EvidenceLine.PerPair)];
            batch.ContactRecords++;
            batch.MaxStart = Math.Max(batch.MaxStart, at);
        }
        return batch;
    }

    public static InstanceContribution Share(ContactBatch batch, string instance)
    {
        if (!batch.Instances.TryGetValue(new(instance), out var share)) batch.Instances.Add(new(instance), share = new());
        return share;
    }

    public static void Cover(InstanceContribution share, long at)
    {
        int day = UnixTime.Day(at);
        if (!share.Coverage.TryGetValue(day, out var coverage)) share.Coverage.Add(day, coverage = new CoverageDay { Day = day });
        coverage.FirstStart = Math.Min(coverage.FirstStart, at);
        coverage.LastEnd = Math.Max(coverage.LastEnd, at + 59);
        coverage.Hours |= 1u << (UnixTime.Hour(at) % 24);
        coverage.Records++;
    }

    public static void Know(InstanceContribution share, InstanceAttribute attribute, string value, long first, long last) =>
        share.Facts[new FactKey(attribute, value)] = new(attribute, value, first, last);

    public static ObjectContribution Object(string key, ContactBatch batch, string? sha256 = null, string etag = "e1")
    {
        var identity = new ObjectIdentity("/logs", key, etag);
        return new(new SourceObjectDone
        {
            ObjectId = identity.Id, Source = "folder:/logs", Container = "/logs", Key = key, ETag = etag, Sha256 = sha256 ?? $"sha-{key}-{etag}",
            ObjectBytes = 100, ExpandedBytes = 1_000, Records = batch.ContactRecords, ContactRecords = batch.ContactRecords, Quarantined = 0, Format = "text v2 default",
            FirstStart = batch.Instances.Values.SelectMany(i => i.Coverage.Values).Select(c => c.FirstStart).DefaultIfEmpty(0).Min(),
            LastEnd = batch.Instances.Values.SelectMany(i => i.Coverage.Values).Select(c => c.LastEnd).DefaultIfEmpty(0).Max(),
            ReadMilliseconds = 1,
        }, batch);
    }

    public static long Id(string key, string etag = "e1") => new ObjectIdentity("/logs", key, etag).Id;

    public static Finding Finding(string instance, IpAddress address, long first, int severity = 50, string? provider = "Google", bool reported = true, params IpAddress[] more)
    {
        string group = $"group-{instance}-{provider ?? address.ToString()}";
        var addresses = more.Prepend(address).Order().ToList();
        return new Finding
        {
            Id = $"{group}-{first}", GroupId = group, Type = UnusualDnsResolver.Type, Subject = new(SubjectKind.Instance, instance), Transport = DnsTransport.Dns, Provider = provider,
            Addresses = [.. addresses.Select(a => new FindingAddress(a, 17, 53, provider, CatalogTier.Dedicated, "e", first, first + 600))],
            Basis = FindingBasis.OwnHistory, Members = [new(instance)], First = first, Last = first + 600, Count = 3, Outcome = ContactOutcome.Answered, Severity = severity,
            SeverityFactors = [new("start", 50, "Start")], Confidence = 92, ConfidenceFactors = [new("base", 92, "Answered")], Reported = reported, Provisional = false,
            Novelty = new() { ObservedSince = first - 1_000_000, Coverage = 0.99, HistoryWindow = 3_888_000, Learning = 604_800, InnerSources = [IpAddress.Parse("10.0.0.9")] },
            AccountId = "123456789012", CatalogVersion = "1", CatalogHash = "abc", Evidence = [new(first, 5, 6, "raw <b>line</b>")],
        };
    }

    public static DetectionResult Result(params Finding[] findings) => new(findings);
}
