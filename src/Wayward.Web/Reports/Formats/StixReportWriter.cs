using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// A STIX 2.1 bundle: for each finding the traffic as observed data, a note that says why it is new, and a report. Indicators and sightings are written by choice only
/// (<see cref="ReportOptions.Indicators"/>). Ids are deterministic, so a later export is a new version of the same objects.
/// </summary>
internal sealed class StixReportWriter : IReportWriter
{
    private const int FlushAt = 65_536, MaxMembers = 50, MaxEvidence = 100;
    // Since when Wayward's identity is in use; the standard wants a time that never changes.
    private const string Epoch = "2026-01-01T00:00:00.000Z";

    private static readonly string Wayward = StixIds.Of("identity", "wayward");

    public string Name => "stix";
    public string Label => "STIX 2.1";
    public string MediaType => "application/stix+json; version=2.1";
    public string Extension => "stix.json";
    public int Order => 80;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        await using var stream = output.Open();
        var buffer = new ArrayBufferWriter<byte>(2 * FlushAt);
        await using var json = new Utf8JsonWriter(buffer);
        var bundle = new Bundle(json, report.Options);
        json.WriteStartObject();
        json.WriteString("type", "bundle");
        json.WriteString("id", StixIds.Of("bundle", string.Create(CultureInfo.InvariantCulture, $"{report.GeneratedAt}:{Guid.NewGuid()}")));
        json.WriteStartArray("objects");
        bundle.Start();
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            bundle.Add(new(dossier), dossier);
            json.Flush();
            if (buffer.WrittenCount < FlushAt) continue;
            await stream.WriteAsync(buffer.WrittenMemory, cancellation);
            buffer.ResetWrittenCount();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
        await stream.WriteAsync(buffer.WrittenMemory, cancellation);
    }

    private sealed class Bundle(Utf8JsonWriter json, ReportOptions options)
    {
        // Objects that several findings share, by the UUID of their id: 16 bytes each, so that a long export stays small.
        private readonly HashSet<Guid> _written = [];
        private ExportedFinding _finding = null!;
        private FindingDossier _dossier = null!;

        public void Start()
        {
            json.WriteStartObject();
            Head("identity", Wayward, Epoch, Epoch, byUs: false);
            json.WriteString("name", "Wayward");
            json.WriteString("identity_class", "system");
            json.WriteEndObject();
        }

        public void Add(ExportedFinding finding, FindingDossier dossier)
        {
            (_finding, _dossier) = (finding, dossier);
            string key = finding.Finding.Id;
            List<string> all = [Wayward];
            List<string> hosts = [.. finding.Finding.Members.Take(MaxMembers).Select(m => Host(m.Id))];
            all.AddRange(hosts);
            var observed = Observed(key);
            List<string> about = observed is { } data ? [data.Id] : [.. hosts];
            if (observed is { } o) all.AddRange([o.Id, .. o.Objects]);
            List<string> techniques = [.. AttackMapping.Of(finding.Finding).Select(Technique)];
            all.AddRange(techniques);
            if (options.Indicators && observed is { } seen) all.AddRange(Indicator(key, seen.Id, hosts, techniques, about));
            if (about.Count == 0) about.Add(Wayward);
            all.Add(Note(key, about));
            Report(key, [.. all.Distinct()]);
        }

        private string Host(string instance)
        {
            string id = StixIds.Of("identity", _finding.Arn(instance));
            if (!New(id)) return id;
            json.WriteStartObject();
            Head("identity", id, Epoch, Epoch);
            json.WriteString("name", "EC2 instance " + instance);
            json.WriteString("identity_class", "system");
            json.WriteStartArray("external_references");
            json.WriteStartObject();
            json.WriteString("source_name", "aws");
            json.WriteString("external_id", _finding.Arn(instance));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            return id;
        }

        private (string Id, List<string> Objects)? Observed(string key)
        {
            var finding = _finding.Finding;
            List<string> objects = [];
            string? local = _finding.Ends is { } ends ? Address(ends.Local) : null;
            foreach (var group in finding.Addresses.GroupBy(a => (a.Address, a.Protocol, a.Port)))
            {
                var first = group.First();
                bool only = finding.Addresses.Count == 1;
                objects.Add(Traffic(local, Address(first.Address), first, only));
                objects.Add(StixIds.Address(first.Address));
            }
            if (local is not null) objects.Add(local);
            if (objects.Count == 0) return null;
            objects = [.. objects.Distinct()];
            string id = StixIds.Of("observed-data", key);
            json.WriteStartObject();
            Head("observed-data", id, _finding.Created, _finding.Updated);
            json.WriteString("first_observed", ExportedFinding.Time(finding.First));
            json.WriteString("last_observed", ExportedFinding.Time(Math.Max(finding.First, finding.Last)));
            json.WriteNumber("number_observed", Math.Clamp(finding.Count, 1, 999_999_999));
            json.Strings("object_refs", objects);
            json.WriteEndObject();
            return (id, objects);
        }

        private string Address(FlowLogs.IpAddress address)
        {
            string id = StixIds.Address(address);
            if (!New(id)) return id;
            json.WriteStartObject();
            json.WriteString("type", address.IsIPv4 ? "ipv4-addr" : "ipv6-addr");
            json.WriteString("spec_version", "2.1");
            json.WriteString("id", id);
            json.WriteString("value", address.ToString());
            json.WriteEndObject();
            return id;
        }

        private string Traffic(string? local, string remote, FindingAddress address, bool only)
        {
            var finding = _finding.Finding;
            string[] protocols = ExportedFinding.Layers(address.Address, address.Protocol, finding.Transport);
            string start = UtcTime.Iso(address.FirstContact), end = UtcTime.Iso(Math.Max(address.FirstContact, address.LastContact));
            string id = StixIds.Traffic(start, end, local, remote, address.Port, protocols);
            if (!New(id)) return id;
            json.WriteStartObject();
            json.WriteString("type", "network-traffic");
            json.WriteString("spec_version", "2.1");
            json.WriteString("id", id);
            json.WriteString("start", start);
            json.WriteString("end", end);
            json.WriteBoolean("is_active", false);
            json.Optional("src_ref", local);
            json.WriteString("dst_ref", remote);
            json.WriteNumber("dst_port", address.Port);
            json.Strings("protocols", protocols);
            // The sums are the finding's: with several targets they belong to none of them.
            if (only)
            {
                json.WriteNumber("src_byte_count", finding.Out.Bytes);
                json.WriteNumber("dst_byte_count", finding.In.Bytes);
                json.WriteNumber("src_packets", finding.Out.Packets);
                json.WriteNumber("dst_packets", finding.In.Packets);
            }
            json.WriteEndObject();
            return id;
        }

        private string Technique(AttackTechnique technique)
        {
            if (!New(technique.StixId)) return technique.StixId;
            json.WriteStartObject();
            Head("attack-pattern", technique.StixId, technique.Created, technique.Modified, byUs: false);
            json.WriteString("name", technique.OwnName);
            json.WriteStartArray("external_references");
            json.WriteStartObject();
            json.WriteString("source_name", "mitre-attack");
            json.WriteString("url", technique.Address);
            json.WriteString("external_id", technique.Id);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("kill_chain_phases");
            json.WriteStartObject();
            json.WriteString("kill_chain_name", "mitre-attack");
            json.WriteString("phase_name", "command-and-control");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            return technique.StixId;
        }

        private IEnumerable<string> Indicator(string key, string observed, List<string> hosts, List<string> techniques, List<string> about)
        {
            var finding = _finding.Finding;
            string id = StixIds.Of("indicator", key);
            json.WriteStartObject();
            Head("indicator", id, _finding.Created, _finding.Updated);
            json.WriteString("name", $"{finding.Transport.Name()} to a target that was not usual for its source");
            json.Strings("indicator_types", ["anomalous-activity"]);
            json.WriteString("pattern", string.Join(" OR ", finding.Addresses.Select(a => string.Create(CultureInfo.InvariantCulture,
                $"[network-traffic:dst_ref.type = '{(a.Address.IsIPv4 ? "ipv4-addr" : "ipv6-addr")}' AND network-traffic:dst_ref.value = '{a.Address}' AND network-traffic:dst_port = {a.Port}]")).Distinct()));
            json.WriteString("pattern_type", "stix");
            json.WriteString("pattern_version", "2.1");
            json.WriteString("valid_from", ExportedFinding.Time(finding.First));
            json.WriteString("valid_until", ExportedFinding.Time(Math.Max(finding.First, finding.Last) + finding.Novelty.HistoryWindow + 1));
            json.WriteEndObject();
            about.Add(id);
            yield return id;

            string sighting = StixIds.Of("sighting", key);
            json.WriteStartObject();
            Head("sighting", sighting, _finding.Created, _finding.Updated);
            json.WriteString("first_seen", ExportedFinding.Time(finding.First));
            json.WriteString("last_seen", ExportedFinding.Time(Math.Max(finding.First, finding.Last)));
            json.WriteNumber("count", Math.Clamp(finding.Count, 1, 999_999_999));
            json.WriteNumber("confidence", finding.Confidence);
            json.WriteString("sighting_of_ref", id);
            json.Strings("observed_data_refs", [observed]);
            if (hosts.Count > 0) json.Strings("where_sighted_refs", hosts);
            json.WriteEndObject();
            yield return sighting;

            foreach (string technique in techniques)
            {
                string relationship = StixIds.Of("relationship", $"{key}:{technique}");
                json.WriteStartObject();
                Head("relationship", relationship, _finding.Created, _finding.Updated);
                json.WriteString("relationship_type", "indicates");
                json.WriteString("source_ref", id);
                json.WriteString("target_ref", technique);
                json.WriteEndObject();
                yield return relationship;
            }
        }

        private string Note(string key, List<string> about)
        {
            string id = StixIds.Of("note", key);
            json.WriteStartObject();
            Head("note", id, _finding.Created, _finding.Updated);
            json.WriteString("abstract", "Why it is new");
            json.WriteString("content", string.Join('\n', [_finding.Description, .. _dossier.Evidence.Take(MaxEvidence).Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key} line {e.Line}: {e.Text}"))]));
            if (_dossier.Assignee is { Length: > 0 } assignee) json.Strings("authors", [assignee]);
            json.Strings("object_refs", about.Distinct());
            json.WriteEndObject();
            return id;
        }

        private void Report(string key, List<string> all)
        {
            json.WriteStartObject();
            Head("report", StixIds.Of("report", key), _finding.Created, _finding.Updated);
            json.WriteString("name", "Finding " + key);
            json.WriteString("description", _finding.Title);
            json.Strings("report_types", options.Indicators ? ["indicator", "observed-data"] : ["observed-data"]);
            json.WriteString("published", _finding.Updated);
            json.Strings("object_refs", all);
            json.WriteEndObject();
        }

        private bool New(string id) => _written.Add(Guid.Parse(id.AsSpan(id.LastIndexOf("--", StringComparison.Ordinal) + 2)));

        private void Head(string type, string id, string created, string modified, bool byUs = true)
        {
            json.WriteString("type", type);
            json.WriteString("spec_version", "2.1");
            json.WriteString("id", id);
            if (byUs) json.WriteString("created_by_ref", Wayward);
            json.WriteString("created", created);
            json.WriteString("modified", modified);
        }
    }
}
