using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Scan;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;

namespace Wayward.Engine.Bundles;

/// <summary>Everything that a finding is a function of, as a bundle holds it.</summary>
public sealed record BundleInput
{
    public required IReadOnlyList<BundledObject> Objects { get; init; }
    public required ResolverCatalog Catalog { get; init; }
    public required DetectionOptions Detection { get; init; }
    public required IReadOnlyList<ExpectedTarget> Expected { get; init; }
    public required Inventory Inventory { get; init; }
}

/// <summary>Derives findings from the lines of a bundle with the program's own reader and detection. No store is involved.</summary>
public static class BundleReplay
{
    /// <returns>Findings by id. Their evidence names objects and lines as the store does; a line that was written from fields has no text.</returns>
    /// <exception cref="FlowObjectException">A bundled object is no flow log any more.</exception>
    public static IReadOnlyDictionary<string, Finding> Run(BundleInput input, CancellationToken cancellation)
    {
        var ledger = new ContactLedger();
        var folder = new ContactFolder(input.Catalog, new AddressSpace(input.Detection.OwnPrefixes.Select(IpPrefix.Parse)), input.Inventory.IsEmpty ? null : input.Inventory);
        foreach (var item in input.Objects)
        {
            using var stream = new MemoryStream(Text(item));
            folder.Begin(item.ObjectId, item.Key);
            var sink = folder.AsSink();
            FlowLogReader.Read(stream, new FlowObjectInfo(item.Key), ref sink, cancellation: cancellation);
            var batch = folder.TakeBatch();
            KeyRegion.AddTo(batch, item.Key);
            ledger.Add(batch);
        }
        ledger = ScanRunner.Prepare(ledger, input.Inventory, out _);
        var numbers = input.Objects.GroupBy(o => o.ObjectId).ToDictionary(g => g.Key, g => g.First());
        return new DetectionEngine(input.Catalog, input.Expected, input.Detection).Evaluate(ledger).Findings.ToDictionary(f => f.Id, f => f with { Evidence = [.. f.Evidence.Select(e => Original(e, numbers))] });
    }

    /// <summary>The object as a file: its lines with line feeds.</summary>
    public static byte[] Text(BundledObject item)
    {
        using var buffer = new MemoryStream();
        foreach (var line in item.Lines)
        {
            buffer.Write(line.Text);
            buffer.WriteByte((byte)'\n');
        }
        return buffer.ToArray();
    }

    private static EvidenceLine Original(EvidenceLine line, Dictionary<long, BundledObject> objects) =>
        objects.GetValueOrDefault(line.ObjectId) is { } item && line.Line >= 1 && line.Line <= item.Lines.Count
            ? line with { Line = item.Lines[(int)line.Line - 1].Number, Text = item.Raw ? line.Text : "" } : line;
}
