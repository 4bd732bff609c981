using System.Globalization;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Parameters;
using Wayward.Core.Detection;
using Wayward.Core.Text;
using Wayward.Engine.Bundles;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;
using Wayward.Web.Api;
using Wayward.Web.Commands;

namespace Wayward.Web.Bundles;

/// <summary>Verifies a bundle on any machine: its hashes, its signature, and the findings, derived again from its lines.</summary>
internal sealed class BundleVerifier(IReadOnlyDictionary<string, byte[]> files, Ed25519PublicKeyParameters? key, BundleOrigin? origin)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _notes = [];

    public async Task<BundleVerdict> VerifyAsync(CancellationToken cancellation)
    {
        if (Manifest() is { } manifest)
        {
            Members(manifest);
            Signature(manifest);
            var objects = Objects(manifest);
            Findings(manifest, objects, cancellation);
            if (origin is null) _notes.Add("the objects at their source were not looked at; --against does that");
            else await OriginAsync(manifest, objects, origin, cancellation);
        }
        return new(_problems, _notes);
    }

    private BundleManifest? Manifest()
    {
        if (!files.TryGetValue(BundleArchive.Manifest, out byte[]? content))
        {
            _problems.Add($"{BundleArchive.Manifest} is missing");
            return null;
        }
        try
        {
            var manifest = JsonSerializer.Deserialize(content, WebContractContext.Default.BundleManifest);
            if (manifest is { Schema: BundleManifest.SchemaId }) return manifest;
            _problems.Add($"{BundleArchive.Manifest} is not of schema {BundleManifest.SchemaId}");
        }
        catch (JsonException e)
        {
            _problems.Add($"{BundleArchive.Manifest} cannot be read: {SafeText.Plain(e.Message, 200)}");
        }
        return null;
    }

    private void Members(BundleManifest manifest)
    {
        // What happened to lines is told line by line.
        var told = manifest.Objects.Select(o => o.Lines).Where(files.ContainsKey).ToHashSet(StringComparer.Ordinal);
        foreach (var member in manifest.Members)
        {
            if (!files.TryGetValue(member.Name, out byte[]? content)) Add($"{member.Name} was removed");
            else if (BundleArchive.Hash(content) is var hash && hash != member.Sha256) Add($"{member.Name} was changed: {(told.Contains(member.Name) ? "see its lines" : $"its SHA-256 is {hash}, and {member.Sha256} by the manifest")}");
        }
        foreach (string name in files.Keys.Except(manifest.Members.Select(m => m.Name)).Where(n => n is not (BundleArchive.Manifest or BundleArchive.Signature)).Order(StringComparer.Ordinal)) Add($"{name} was added: the manifest does not name it");
    }

    private void Signature(BundleManifest manifest)
    {
        byte[]? signature = files.GetValueOrDefault(BundleArchive.Signature);
        if (manifest.Signer is { } signer && signature is null) Add($"the signature was removed: {BundleArchive.Manifest} names the key {signer}");
        else if (manifest.Signer is null && signature is not null) Add($"{BundleArchive.Signature} was added: {BundleArchive.Manifest} names no key");
        else if (signature is null && key is not null) Add("the bundle is not signed, so the public key shows nothing");
        else if (signature is null) _notes.Add("not signed: whoever can write the bundle can write all of it; its findings follow from its lines");
        else if (key is null) _notes.Add("signed, and the signature was not verified; --public-key does that");
        else if (BundleKey.Fingerprint(key) is var shown && shown != manifest.Signer) Add($"signed with another key: {BundleArchive.Manifest} names {manifest.Signer}, the public key is {shown}");
        else if (!BundleKey.Verify(key, files[BundleArchive.Manifest], signature)) Add($"the signature does not fit: {BundleArchive.Manifest} or {BundleArchive.Signature} was changed");
        else _notes.Add($"signed with the key {shown}");
    }

    private List<BundledObject> Objects(BundleManifest manifest)
    {
        List<BundledObject> objects = [];
        foreach (var item in manifest.Objects)
        {
            if (!files.TryGetValue(item.Lines, out byte[]? text) || !files.TryGetValue(item.Index, out byte[]? index)) continue;
            try
            {
                var lines = BundleContent.Lines(text);
                objects.Add(new(long.Parse(item.ObjectId, CultureInfo.InvariantCulture), item.Container, item.Key, item.Sha256, item.Raw, Numbered(item, lines, BundleContent.ReadIndex(index))));
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                Add($"{item.Index} cannot be read: {e.Message}");
            }
        }
        return objects;
    }

    /// <summary>Gives lines their numbers, and says which were changed, removed or added.</summary>
    private List<BundledLine> Numbered(BundleObject item, IReadOnlyList<byte[]> lines, IReadOnlyList<(long Number, string Sha256)> index)
    {
        string where = SafeText.Plain($"{item.Container}/{item.Key}", 600);
        List<BundledLine> numbered = [];
        int i = 0;
        foreach (byte[] line in lines)
        {
            string hash = BundleArchive.Hash(line);
            int at = i;
            while (at < index.Count && index[at].Sha256 != hash) at++;
            if (at == index.Count)
            {
                // The same number of lines left on both sides: this one took the place of the one that is due.
                bool replaced = i < index.Count && lines.Count - numbered.Count == index.Count - i;
                Add(replaced ? $"{Line(index[i].Number)} of {where} was changed ({item.Lines})" : $"a line was added after line {(i == 0 ? 0 : index[i - 1].Number)} of {where} ({item.Lines})");
                numbered.Add(new(i < index.Count ? index[i].Number : 0, line));
                if (replaced) i++;
                continue;
            }
            for (; i < at; i++) Add($"{Line(index[i].Number)} of {where} was removed ({item.Lines})");
            numbered.Add(new(index[i++].Number, line));
        }
        for (; i < index.Count; i++) Add($"{Line(index[i].Number)} of {where} was removed ({item.Lines})");
        return numbered;

        static string Line(long number) => number == 0 ? "a header" : string.Create(CultureInfo.InvariantCulture, $"line {number}");
    }

    private void Findings(BundleManifest manifest, List<BundledObject> objects, CancellationToken cancellation)
    {
        if (Read(BundleContent.Catalog, BundleContent.ReadCatalog) is not { } catalog || Read(BundleContent.Parameters, BundleContent.ReadParameters) is not { } parameters
            || Read(BundleContent.Rules, BundleContent.ReadRules) is not { } rules || Read(BundleContent.Inventory, BundleContent.ReadInventory) is not { } inventory) return;
        if (catalog.Hash != manifest.CatalogHash) Add($"{BundleContent.Catalog} was changed: the hash of its entries is {catalog.Hash}, and {manifest.CatalogHash} by the manifest");
        IReadOnlyDictionary<string, Finding> derived;
        try
        {
            derived = BundleReplay.Run(new() { Objects = objects, Catalog = catalog, Detection = parameters, Expected = rules, Inventory = inventory }, cancellation);
        }
        catch (FlowObjectException e)
        {
            Add($"the lines cannot be read as flow logs: {e.Message}");
            return;
        }
        var written = objects.Where(o => !o.Raw).Select(o => o.ObjectId).ToHashSet();
        foreach (var item in manifest.Findings)
        {
            if (Read(item.File, BundleContent.ReadFinding) is not { } claimed) continue;
            if (claimed.Id != item.Id) Add($"{item.File} was changed: it is finding {SafeText.Plain(claimed.Id, 40)}, and {item.Id} by the manifest");
            if (derived.GetValueOrDefault(item.Id) is not { } again)
            {
                Add($"finding {item.Id} does not follow from the lines of the bundle");
                continue;
            }
            var differences = FindingDifferences.Of(claimed, again, written).Where(d => !item.Outside.Contains(d.Path)).ToList();
            foreach (var difference in differences) Add($"finding {item.Id}: {difference.Text}");
            if (differences.Count > 0) continue;
            _notes.Add($"finding {item.Id} follows from the lines of the bundle{(item.Outside.Count == 0 ? "" : $", but for what rests on records outside it: {string.Join(", ", item.Outside)}")}");
        }
    }

    /// <summary>Null when the file is missing or unreadable, which is then among the problems.</summary>
    private T? Read<T>(string name, Func<byte[], T> read) where T : class
    {
        if (!files.TryGetValue(name, out byte[]? content))
        {
            Add($"{name} was removed");
            return null;
        }
        try
        {
            return read(content);
        }
        catch (Exception e) when (e is FormatException or JsonException or UsageException or ArgumentException or OverflowException)
        {
            Add($"{name} cannot be read: {SafeText.Plain(e.Message, 300)}");
            return null;
        }
    }

    private async Task OriginAsync(BundleManifest manifest, List<BundledObject> objects, BundleOrigin place, CancellationToken cancellation)
    {
        int same = 0;
        foreach (var item in objects)
        {
            string where = SafeText.Plain($"{item.Container}/{item.Key}", 600);
            try
            {
                if (await HashAsync(item, place, cancellation) is not { } hash) Add($"{where} is not at the source");
                else if (hash != item.Sha256) Add($"{where} at the source is another object: its SHA-256 is {hash}, and {item.Sha256} by the manifest");
                else if (await StrayAsync(item, place, cancellation) is { } line) Add($"line {line.ToString(CultureInfo.InvariantCulture)} of {where} reads otherwise at the source");
                else same++;
            }
            catch (Exception e) when (e is FlowObjectException or SourceUnavailableException or IOException or UnauthorizedAccessException)
            {
                Add($"{where} cannot be read at the source: {SafeText.Plain(e.Message, 300)}");
            }
        }
        _notes.Add($"{same} of {manifest.Objects.Count} objects are the same at the source");
    }

    private static async Task<string?> HashAsync(BundledObject item, BundleOrigin place, CancellationToken cancellation)
    {
        await using var stream = await place.OpenAsync(item.Container, item.Key, cancellation);
        return stream is null ? null : Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream, cancellation));
    }

    /// <summary>The first line of the bundle that the object does not have at that number.</summary>
    private static async Task<long?> StrayAsync(BundledObject item, BundleOrigin place, CancellationToken cancellation)
    {
        if (!item.Raw) return null;
        var due = item.Lines.Where(l => l.Number > 0).GroupBy(l => l.Number).ToDictionary(g => g.Key, g => g.ToList());
        await using var stream = await place.OpenAsync(item.Container, item.Key, cancellation);
        if (stream is null) return due.Keys.DefaultIfEmpty().Min();
        await Task.Run(() => FlowLogLines.Read(stream, new(item.Key), due.Keys.ToHashSet(), (number, text) =>
        {
            bool same = true;
            foreach (var line in due[number]) same &= text.SequenceEqual(line.Text);
            if (same) due.Remove(number);
        }, cancellation: cancellation), cancellation);
        return due.Count == 0 ? null : due.Keys.Min();
    }

    private void Add(string problem)
    {
        if (!_problems.Contains(problem)) _problems.Add(problem);
    }
}
