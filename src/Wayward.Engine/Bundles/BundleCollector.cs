using System.Globalization;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;

namespace Wayward.Engine.Bundles;

/// <summary>Takes from objects the lines that findings rest on. The objects are read once whole, to learn whose lines bear on the findings, and then once more for each choice of lines.</summary>
public sealed class BundleCollector(IReadOnlyList<BundleSource> sources, ResolverCatalog catalog, DetectionOptions detection, Inventory inventory, FlowReadLimits limits)
{
    /// <summary>Lines of one bundle at most.</summary>
    public const int MaxLines = 2_000_000;

    private readonly AddressSpace _addresses = new(detection.OwnPrefixes.Select(IpPrefix.Parse));
    private readonly Dictionary<long, string> _hashes = [];
    private ContactLedger? _ledger;

    /// <summary>Lines of the instances that bear on the findings.</summary>
    /// <exception cref="BundleException">An object cannot be read, is not the one that was evaluated, or there are too many lines.</exception>
    public async Task<IReadOnlyList<BundledObject>> BearingAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        var ledger = _ledger ??= await FoldAsync(cancellation);
        var known = inventory.With(TaughtInterfaces.Of(ledger));
        var wanted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (key, byHour) in BearingInstances.Of(known.IsEmpty ? ledger : known.Apply(ledger), findings, catalog))
        {
            long span = byHour ? UnixTime.HourSeconds : UnixTime.DaySeconds;
            foreach (string id in known.SourcesOf(key).Select(k => k.Id).Prepend(key.Id)) wanted[id] = Math.Min(span, wanted.GetValueOrDefault(id, long.MaxValue));
        }
        return await SelectAsync(wanted, cancellation);
    }

    /// <summary>Lines of all instances: what a finding about the whole fleet rests on.</summary>
    /// <exception cref="BundleException"/>
    public Task<IReadOnlyList<BundledObject>> AllAsync(CancellationToken cancellation) => SelectAsync(null, cancellation);

    /// <summary>The items of the inventory that concern these lines' instances and interfaces.</summary>
    public static IReadOnlyList<InventoryItem> Concerning(Inventory inventory, IReadOnlyList<BundledObject> objects)
    {
        if (inventory.Count == 0) return [];
        var words = objects.SelectMany(o => o.Lines).SelectMany(l => Encoding.UTF8.GetString(l.Text).Split(' ')).Where(w => w.StartsWith("i-", StringComparison.Ordinal) || w.StartsWith("eni-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        return [.. inventory.Items.Where(i => i.InstanceId is { } instance && words.Contains(instance) || i.InterfaceId is { } eni && words.Contains(eni))];
    }

    private async Task<ContactLedger> FoldAsync(CancellationToken cancellation)
    {
        var ledger = new ContactLedger();
        foreach (var source in sources)
        {
            var folder = new ContactFolder(catalog, _addresses, inventory.IsEmpty ? null : inventory);
            folder.Begin(source.ObjectId, source.Key);
            var sink = folder.AsSink();
            string sha256 = await ReadAsync(source, stream => FlowLogReader.Read(stream, source.Info, ref sink, limits, cancellation).Sha256, cancellation);
            if (source.Sha256 is { Length: > 0 } evaluated && evaluated != sha256)
                throw new BundleException($"{source.Info.Name} is not what was evaluated: its SHA-256 is {sha256}, the store has {evaluated}");
            _hashes[source.ObjectId] = sha256;
            var batch = folder.TakeBatch();
            KeyRegion.AddTo(batch, source.Key);
            ledger.Add(batch);
        }
        return ledger;
    }

    private async Task<IReadOnlyList<BundledObject>> SelectAsync(Dictionary<string, long>? wanted, CancellationToken cancellation)
    {
        _ledger ??= await FoldAsync(cancellation);
        List<BundledObject> objects = [];
        int left = MaxLines;
        foreach (var source in sources)
        {
            var selector = new LineSelector(new ContactFolder(catalog, _addresses, inventory), wanted, left);
            await ReadAsync(source, stream => FlowLogReader.Read(stream, source.Info, ref selector, limits, cancellation), cancellation);
            var selected = selector.Selected();
            if (selected.Count == 0) continue;
            left -= selected.Count;
            objects.Add(await TakeAsync(source, selector, selected, cancellation));
        }
        return objects;
    }

    private async Task<BundledObject> TakeAsync(BundleSource source, LineSelector selector, SortedDictionary<long, FlowLayout> selected, CancellationToken cancellation)
    {
        var texts = new Dictionary<long, byte[]>();
        bool raw = selected.Values.All(l => l.Names.Count > 0)
            && await ReadAsync(source, stream => FlowLogLines.Read(stream, source.Info, selected.Keys.ToHashSet(), (line, text) => texts[line] = text.ToArray(), limits, cancellation), cancellation);
        List<BundledLine> lines = [];
        string header = "";
        foreach (var (number, layout) in selected)
        {
            var (under, text) = raw ? (string.Join(' ', layout.Names), texts[number]) : selector.Written(number);
            if (under != header) lines.Add(new(0, Encoding.UTF8.GetBytes(header = under)));
            lines.Add(new(number, text));
        }
        return new(source.ObjectId, source.Container, source.Key, _hashes[source.ObjectId], raw, lines);
    }

    private static async Task<T> ReadAsync<T>(BundleSource source, Func<Stream, T> read, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await source.Open(cancellation);
            return await Task.Run(() => read(stream), cancellation);
        }
        catch (Exception e) when (e is FlowObjectException or SourceObjectChangedException or SourceObjectGoneException or SourceUnavailableException or IOException or UnauthorizedAccessException)
        {
            string message = e is FlowObjectException ? e.Message : $"{source.Info.Name}: {e.Message}";
            throw new BundleException(string.Create(CultureInfo.InvariantCulture, $"an object that it rests on cannot be read: {message}"), e);
        }
    }
}
