using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Triage;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;
using Wayward.Storage.Model;

namespace Wayward.Storage;

/// <summary>
/// The whole content as sorted text lines, by natural keys and without anything that depends on when or in which order it was processed: two stores that took in the
/// same objects, interrupted or not, have byte-equal dumps. Database numbers, times of processing, attempts, revisions and withdrawn findings are left out;
/// objects are named by their content, since which of two equal ones came first is chance.
/// </summary>
public sealed class CanonicalDump
{
    private readonly Database _database;

    internal CanonicalDump(Database database) => _database = database;

    /// <summary>Writes UTF-8 lines ended by LF.</summary>
    public Task WriteAsync(Stream output, CancellationToken cancellation) => _database.SnapshotAsync(async (db, c) =>
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var names = await ObjectsAsync(db, writer, c);
        await ContactsAsync(db, writer, names, c);
        await FindingsAsync(db, writer, names, c);
        return true;
    }, cancellation);

    /// <summary>SHA-256 of the dump, lower-case hex.</summary>
    public async Task<string> HashAsync(CancellationToken cancellation)
    {
        using var sha = SHA256.Create();
        await using (var stream = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write)) await WriteAsync(stream, cancellation);
        return Convert.ToHexStringLower(sha.Hash!);
    }

    private static async Task<Dictionary<long, string>> ObjectsAsync(WaywardDbContext db, StreamWriter writer, CancellationToken cancellation)
    {
        var names = new Dictionary<long, string> { [0] = "-" };
        var lines = new List<string>();
        await foreach (var o in db.SourceObjects.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var state = (SourceObjectState)o.State;
            bool taken = state is SourceObjectState.Done or SourceObjectState.Duplicate;
            if (o.Sha256 is not null) names[o.ObjectId] = o.Sha256;
            lines.Add(taken
                ? Line("object", o.Container, o.Key, o.ETag, "taken", o.Sha256, o.Bytes, o.ExpandedBytes, o.Records, o.ContactRecords, o.Quarantined, o.Format, o.FirstStart, o.LastEnd)
                : Line("object", o.Container, o.Key, o.ETag, state));
        }
        await WriteSortedAsync(writer, lines);
        return names;
    }

    private async Task ContactsAsync(WaywardDbContext db, StreamWriter writer, Dictionary<long, string> names, CancellationToken cancellation)
    {
        await writer.WriteLineAsync(Line("max-start", await db.LedgerState.Select(s => s.MaxStart).SingleAsync(cancellation)));
        await WriteSortedAsync(writer, (await db.Endpoints.ToListAsync(cancellation)).Select(e => Line("endpoint", Convert.ToHexStringLower(e.Address), e.Protocol, e.Port, e.First, e.Last, e.Instances)));
        var endpoints = await LedgerReader.EndpointsAsync(db, cancellation);
        var instances = await db.Instances.ToListAsync(cancellation);
        foreach (var i in instances.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            await writer.WriteLineAsync(Line("instance", i.Key, i.Name, i.AccountId, i.VpcId, i.SubnetId, i.Asg, i.Region, i.FirstSeen, i.LastSeen, i.ObservedSince, i.LastContact, i.Destinations, i.OpenFindings, i.MaxSeverity));
            var facts = await db.InstanceFacts.Where(f => f.InstanceId == i.Id).ToListAsync(cancellation);
            await WriteSortedAsync(writer, facts.Select(f => Line("fact", i.Key, f.Attribute, f.Value, f.First, f.Last)));
            foreach (var d in await db.CoverageDays.Where(d => d.InstanceId == i.Id).OrderBy(d => d.Day).ToListAsync(cancellation))
                await writer.WriteLineAsync(Line("coverage", i.Key, d.Day, d.FirstStart, d.LastEnd, d.Hours, d.SkipHours, d.Records));
            await PairsAsync(db, writer, i, endpoints, names, cancellation);
        }
    }

    private async Task PairsAsync(WaywardDbContext db, StreamWriter writer, InstanceEntity instance, Dictionary<int, Endpoint> endpoints, Dictionary<long, string> names, CancellationToken cancellation)
    {
        var pairs = await db.ContactPairs.Where(p => p.InstanceId == instance.Id).ToListAsync(cancellation);
        var rows = new List<(int Endpoint, ContactHour Cell)>();
        _database.Dialect.ReadCells(db.Database.GetDbConnection(), new() { Instances = [instance.Id] }, (_, endpoint, cell) => rows.Add((endpoint, cell)), cancellation);
        var cells = rows.ToLookup(r => r.Endpoint, r => r.Cell);
        var evidence = (await db.ContactEvidence.Where(h => h.InstanceId == instance.Id).ToListAsync(cancellation)).ToLookup(h => h.EndpointId);
        foreach (var pair in pairs.OrderBy(p => endpoints[p.EndpointId]))
        {
            var e = endpoints[pair.EndpointId];
            string name = string.Create(CultureInfo.InvariantCulture, $"{instance.Key} {e.Address} {e.Protocol} {e.Port}");
            await writer.WriteLineAsync(Line("pair", name, pair.First, pair.Last));
            foreach (var h in cells[pair.EndpointId])
            {
                await writer.WriteLineAsync(Line("cell", [name, h.Hour, h.Log, .. ContactColumns.All.Select(column => ValueOf(column, h, names))]));
            }
            foreach (var l in evidence[pair.EndpointId].OrderBy(l => (l.Start, NameOf(l.ObjectId, names), l.Line)))
                await writer.WriteLineAsync(Line("evidence", name, l.Start, NameOf(l.ObjectId, names), l.Line, l.Text));
        }
    }

    private static async Task FindingsAsync(WaywardDbContext db, StreamWriter writer, Dictionary<long, string> names, CancellationToken cancellation)
    {
        var findings = await db.Findings.Where(f => f.Status != (byte)FindingStatus.Withdrawn).ToListAsync(cancellation);
        foreach (var f in findings.OrderBy(f => f.Id, StringComparer.Ordinal))
        {
            string json = await db.FindingDocuments.Where(d => d.FindingId == f.Id).Select(d => d.Json).SingleAsync(cancellation);
            var finding = Core.Serialization.WaywardJson.ReadFinding(json);
            string evidence = string.Join(' ', finding.Evidence.Select(e => NameOf(e.ObjectId, names)));
            // The document without object numbers, which stand as names beside it.
            string document = Core.Serialization.WaywardJson.Write(finding with { Evidence = [.. finding.Evidence.Select(e => e with { ObjectId = 0 })] });
            await writer.WriteLineAsync(Line("finding", f.Id, (FindingStatus)f.Status, (Resolution)f.Resolution, f.Assignee, f.ExpectedTargetId, f.Why, evidence, document));
        }
        foreach (var r in await db.ExpectedTargets.OrderBy(r => r.Id).ToListAsync(cancellation)) await writer.WriteLineAsync(Line("rule", r.Id, r.DeletedAt is null, r.Json));
        var comments = await db.FindingComments.Where(m => !m.Withdrawn).ToListAsync(cancellation);
        await WriteSortedAsync(writer, comments.Select(m => Line("comment", m.FindingId, m.Author, m.Text)));
    }

    private static object ValueOf(ContactColumn column, ContactHour cell, Dictionary<long, string> names) => column switch
    {
        NumberColumn { IsObject: true } number => NameOf(number.Get(cell), names),
        NumberColumn number => number.Get(cell),
        _ => string.Join(',', InnerSources.Read(((BytesColumn)column).Get(cell))),
    };

    private static string NameOf(long objectId, Dictionary<long, string> names) => names.GetValueOrDefault(objectId) ?? objectId.ToString(CultureInfo.InvariantCulture);

    private static async Task WriteSortedAsync(StreamWriter writer, IEnumerable<string> lines)
    {
        foreach (string line in lines.Order(StringComparer.Ordinal)) await writer.WriteLineAsync(line);
    }

    /// <summary>Tab-separated; tabs, line ends and backslashes within a value are escaped, so a line is a row and two rows are never the same line by chance.</summary>
    private static string Line(string kind, params object?[] values)
    {
        var text = new StringBuilder(kind);
        foreach (object? value in values)
        {
            string part = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append('\t').Append(part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal));
        }
        return text.ToString();
    }
}
