using System.Globalization;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Engine.Bundles;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Sources;
using Wayward.FlowLogs;
using Wayward.Storage.Audit;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.Ingest;
using Wayward.Web.Api;
using Wayward.Web.Reports;
using Wayward.Web.Reports.Summaries;

namespace Wayward.Web.Bundles;

/// <summary>A bundle as it was made.</summary>
/// <param name="ManifestHash">SHA-256 of the manifest: whoever notes it elsewhere can recognise the bundle.</param>
internal sealed record MadeBundle(byte[] Content, BundleManifest Manifest, string ManifestHash, int Lines);

/// <summary>
/// Makes evidence bundles: the raw lines that findings rest on, and everything else that they are a function of. Before a bundle is handed out, the findings are derived from it again; what rests on records outside it is named.
/// </summary>
internal sealed class BundleService(
    IFindingStore findings, IIncidentStore incidents, ISourceObjectStore ledger, SourceRegistry sources, IExpectedTargetStore rules, IInventoryProvider inventories, ICatalogProvider catalogs,
    DossierService dossiers, ReportService reports, SummaryService summaries, IAuditStore audit, DetectionOptions options, FlowReadLimits limits, TimeProvider time)
{
    /// <summary>Objects read for one bundle at most.</summary>
    private const int MaxObjects = 50_000;
    private static readonly string[] ReportNames = ["html", "pdf", "json", "markdown"];

    private sealed record Attempt(IReadOnlyList<BundledObject> Objects, IReadOnlyList<InventoryItem> Inventory, IReadOnlyDictionary<string, IReadOnlyList<FindingDifference>?> Differences)
    {
        public bool IsExact => Differences.Values.All(d => d is { Count: 0 });
        public bool HasAll => Differences.Values.All(d => d is not null);
    }

    /// <returns>Null when there is no such finding.</returns>
    /// <exception cref="BundleException"/>
    public async Task<MadeBundle?> OfFindingAsync(string id, string actor, Ed25519PrivateKeyParameters? key, CancellationToken cancellation) =>
        await findings.FindAsync(id, cancellation) is { } stored ? await MakeAsync([stored.Finding], null, actor, key, cancellation) : null;

    /// <returns>Null when there is no such incident.</returns>
    /// <exception cref="BundleException"/>
    public async Task<MadeBundle?> OfIncidentAsync(int number, string actor, Ed25519PrivateKeyParameters? key, CancellationToken cancellation)
    {
        if (await incidents.FindAsync(number, cancellation) is not { } incident) return null;
        List<Finding> members = [];
        foreach (var row in incident.Findings)
            if (await findings.FindAsync(row.Id, cancellation) is { } stored) members.Add(stored.Finding);
        return members.Count == 0 ? throw new BundleException($"incident {number} has no findings") : await MakeAsync(members, number, actor, key, cancellation);
    }

    private async Task<MadeBundle> MakeAsync(List<Finding> about, int? incident, string actor, Ed25519PrivateKeyParameters? key, CancellationToken cancellation)
    {
        var catalog = catalogs.Current;
        byte[] catalogFile = BundleContent.Write(catalog), parameters = BundleContent.Write(options), ruleFile = BundleContent.Write(await rules.AllAsync(cancellation));
        // From here on what the files say counts, so that a value which did not survive the writing shows now and not when somebody verifies.
        var input = new BundleInput
        {
            Objects = [], Catalog = BundleContent.ReadCatalog(catalogFile), Detection = BundleContent.ReadParameters(parameters), Expected = BundleContent.ReadRules(ruleFile), Inventory = Core.Contacts.Inventory.Empty,
        };
        var collector = new BundleCollector(await SourcesAsync(about, cancellation), catalog, options, inventories.Current, limits);
        var attempt = await AttemptAsync(input, about, collector, cancellation);
        if (!attempt.HasAll)
            throw new BundleException($"finding {attempt.Differences.First(d => d.Value is null).Key} cannot be derived from the objects that are there; were all of them read with the present catalogue, rules and parameters?");

        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [BundleContent.Catalog] = catalogFile, [BundleContent.Parameters] = parameters, [BundleContent.Rules] = ruleFile, [BundleContent.Inventory] = BundleContent.Write(attempt.Inventory), ["README.txt"] = Encoding.UTF8.GetBytes(ReadMe),
        };
        List<BundleObject> objects = [];
        foreach (var item in attempt.Objects)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"lines/{objects.Count + 1:0000}");
            objects.Add(new()
            {
                ObjectId = item.ObjectId.ToString(CultureInfo.InvariantCulture), Container = item.Container, Key = item.Key, Sha256 = item.Sha256, Raw = item.Raw, Lines = name + ".log", Index = name + ".index",
            });
            files[name + ".log"] = BundleReplay.Text(item);
            files[name + ".index"] = BundleContent.Index(item);
        }
        foreach (var finding in about)
        {
            files[FileOf(finding)] = BundleContent.Write(finding);
            if (await dossiers.FindAsync(finding.Id, cancellation) is not { } dossier) continue;
            foreach (var format in ReportNames.Select(n => ReportFormats.Find(n)!))
            {
                using var buffer = new MemoryStream();
                await format.WriteAsync(reports.Report(AsyncEnumerable.Repeat(dossier, 1), actor), new SingleOutput(buffer), cancellation);
                files[$"reports/{finding.Id}.{format.Extension}"] = buffer.ToArray();
            }
        }
        foreach (var format in incident is null ? [] : ReportNames.Select(n => SummaryFormats.Find(n)!))
            files[$"reports/incident.{format.Extension}"] = (await summaries.ExportAsync(incident!.Value, format, actor, cancellation))!.Content;

        var manifest = new BundleManifest
        {
            GeneratedAt = UtcTime.Iso(time.GetUtcNow().ToUnixTimeSeconds()),
            GeneratedBy = actor,
            Generator = "Wayward " + ReportService.Version,
            Incident = incident,
            Signer = key is null ? null : BundleKey.Fingerprint(key.GeneratePublicKey()),
            CatalogVersion = catalog.Version,
            CatalogHash = catalog.Hash,
            Findings = [.. about.Select(f => new BundleFinding { Id = f.Id, File = FileOf(f), Outside = [.. attempt.Differences[f.Id]!.Select(d => d.Path)] })],
            Objects = objects,
            Members = [.. files.Select(f => new BundleMember(f.Key, f.Value.Length, BundleArchive.Hash(f.Value)))],
        };
        byte[] written = WebContracts.Bundle.Bytes(manifest);
        files[BundleArchive.Manifest] = written;
        if (key is not null) files[BundleArchive.Signature] = BundleKey.Sign(key, written);
        using var zip = new MemoryStream();
        BundleArchive.Write(zip, files);
        string hash = BundleArchive.Hash(written);
        await audit.AppendAsync(actor, "bundle.export", incident is { } number ? AuditSubjects.Incident(number) : about[0].Id, $"Exported an evidence bundle of {about.Count} {(about.Count == 1 ? "finding" : "findings")}", null,
            $$"""{"manifest":"{{hash}}","signed":{{(key is null ? "false" : "true")}}}""", cancellation);
        return new(zip.ToArray(), manifest, hash, attempt.Objects.Sum(o => o.Lines.Count(l => l.Number > 0)));
    }

    /// <summary>With the lines of the instances that bear on the findings; with everybody's, if something is missing.</summary>
    private async Task<Attempt> AttemptAsync(BundleInput input, IReadOnlyList<Finding> about, BundleCollector collector, CancellationToken cancellation)
    {
        var bearing = await collector.BearingAsync(about, cancellation);
        var first = Derive(input, about, bearing, BundleCollector.Concerning(inventories.Current, bearing), cancellation);
        if (first.IsExact) return first;
        try
        {
            var all = Derive(input, about, await collector.AllAsync(cancellation), inventories.Current.Items, cancellation);
            return all.IsExact || !first.HasAll ? all : first;
        }
        catch (BundleException) when (first.HasAll)
        {
            // Too many lines: what the first attempt lacks is named in the manifest.
            return first;
        }
    }

    private static Attempt Derive(BundleInput input, IReadOnlyList<Finding> about, IReadOnlyList<BundledObject> objects, IReadOnlyList<InventoryItem> inventory, CancellationToken cancellation)
    {
        var derived = BundleReplay.Run(input with { Objects = objects, Inventory = BundleContent.ReadInventory(BundleContent.Write(inventory)) }, cancellation);
        var written = objects.Where(o => !o.Raw).Select(o => o.ObjectId).ToHashSet();
        return new(objects, inventory, about.ToDictionary(f => f.Id, f => derived.GetValueOrDefault(f.Id) is { } again ? FindingDifferences.Of(f, again, written) : null));
    }

    private async Task<IReadOnlyList<BundleSource>> SourcesAsync(IReadOnlyList<Finding> about, CancellationToken cancellation)
    {
        // Another user's contact up to L after the finding counts, and one up to H after that still belongs to the same use.
        long memory = (long)options.HistoryWindow.TotalSeconds + UnixTime.DaySeconds, learning = (long)options.Learning.TotalSeconds + UnixTime.DaySeconds;
        long from = about.Min(f => Math.Min(f.Novelty.ObservedSince, f.First - memory)), to = about.Max(f => f.Last) + learning + memory;
        var rows = await ledger.CoveringAsync(from, to, MaxObjects + 1, cancellation);
        if (rows.Count > MaxObjects) throw new BundleException($"more than {MaxObjects:N0} objects cover the time from {UtcTime.Words(from)} to {UtcTime.Words(to)}");
        if (rows.Count == 0) throw new BundleException("the ledger knows no object of the time of the finding");
        return [.. rows.OrderBy(r => r.Container, StringComparer.Ordinal).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => BundleSource.Of(r, DossierService.Shown(r.Container), sources))];
    }

    private static string FileOf(Finding finding) => $"findings/{finding.Id}.json";

    private const string ReadMe = """
        This is an evidence bundle of Wayward.

          wayward verify-bundle FILE.zip

        derives the findings again from the lines in lines/, with the catalogue, rules, inventory and
        parameters of the bundle and nothing else, and names what differs.

        manifest.json    every file with its SHA-256, and where each object came from
        manifest.sig     Ed25519 signature of manifest.json, if the bundle is signed; check it with
                         openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in manifest.json -sigfile manifest.sig
        lines/           flow-log lines as they stood; the index beside them has number and SHA-256 of each
        findings/        the findings as stored
        reports/         the findings for people
        """;
}
