using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Wayward.Core.Reports;

namespace Wayward.Web.Reports.Formats;

/// <summary>
/// Files for <c>aws securityhub batch-import-findings --findings file://…</c>: a JSON array of findings of one account and Region, because the caller must be that account,
/// and at most 100 findings or 6 MB, which is what one call takes.
/// </summary>
internal sealed class AsffReportWriter : IReportWriter
{
    internal const int MaxFindings = 100, MaxFindingBytes = 245_760, MaxBatchBytes = 6_291_456;
    /// <summary>Of all batches that are being filled; above it the largest is written early.</summary>
    private const long MaxWaitingBytes = 32L << 20;

    public string Name => "asff";
    public string Label => "Security Hub (ASFF)";
    public string MediaType => "application/json; charset=utf-8";
    public string Extension => "asff.json";
    public int Order => 50;
    public bool Parts => true;

    public async Task WriteAsync(FindingsReport report, ReportOutput output, CancellationToken cancellation)
    {
        var batches = new Dictionary<(string Account, string Region), Batch>();
        // One batch alone needs no part in its name; whether it is alone shows at the end.
        bool parts = false;
        var buffer = new ArrayBufferWriter<byte>(16_384);
        await using var json = new Utf8JsonWriter(buffer);
        await foreach (var dossier in report.Dossiers.WithCancellation(cancellation))
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            var finding = new ExportedFinding(dossier);
            AsffFinding.Write(json, finding, dossier);
            json.Flush();
            var place = (finding.Account, finding.Region);
            if (!batches.TryGetValue(place, out var batch)) batches.Add(place, batch = new(place));
            if (batch.Findings == MaxFindings || batch.Bytes + buffer.WrittenCount + 2 > MaxBatchBytes)
            {
                parts = true;
                await batch.CloseAsync(output, parts, cancellation);
            }
            batch.Add(buffer.WrittenSpan);
            while (batches.Values.Sum(b => b.Bytes) > MaxWaitingBytes)
            {
                parts = true;
                await batches.Values.MaxBy(b => b.Bytes)!.CloseAsync(output, parts, cancellation);
            }
        }
        var rest = batches.Values.Where(b => b.Findings > 0).OrderBy(b => b.Place.Account, StringComparer.Ordinal).ThenBy(b => b.Place.Region, StringComparer.Ordinal).ToList();
        if (rest.Count == 0 && !parts) rest.Add(new(("", "")));
        foreach (var batch in rest) await batch.CloseAsync(output, parts || rest.Count > 1, cancellation);
    }

    private sealed class Batch((string Account, string Region) place)
    {
        private ArrayBufferWriter<byte> _findings = new();
        private int _number;

        public (string Account, string Region) Place => place;
        public int Findings { get; private set; }
        public long Bytes => _findings.WrittenCount;

        public void Add(ReadOnlySpan<byte> finding)
        {
            _findings.Write(Findings == 0 ? "[\n"u8 : ",\n"u8);
            _findings.Write(finding);
            Findings++;
        }

        public async Task CloseAsync(ReportOutput output, bool parts, CancellationToken cancellation)
        {
            _number++;
            _findings.Write(Findings == 0 ? "[]\n"u8 : "\n]\n"u8);
            await using (var stream = output.Open(parts ? string.Create(CultureInfo.InvariantCulture, $"{place.Account}-{place.Region}-{_number:0000}") : ""))
                await stream.WriteAsync(_findings.WrittenMemory, cancellation);
            _findings = new();
            Findings = 0;
        }
    }
}
