using System.Text.Json.Serialization;
using Wayward.Core.Reports.Contracts;
using Wayward.Web.Bundles;
using Wayward.Web.Catalog;
using Wayward.Web.Commands;
using Wayward.Web.Scan;

namespace Wayward.Web.Api;

/// <summary>Every JSON contract of the program.</summary>
internal static class WebContracts
{
    public static JsonContract<ScanDocument> Scan { get; } = new(ScanDocument.SchemaId, "The result of wayward scan --format json.", WebContractContext.Default.ScanDocument);
    public static JsonContract<BackTestDocument> BackTest { get; } = new(BackTestDocument.SchemaId, "The answer of wayward backtest --format json.", WebContractContext.Default.BackTestDocument);
    public static JsonContract<BundleManifest> Bundle { get; } = new(BundleManifest.SchemaId, "The manifest of an evidence bundle, as written by wayward bundle.", WebContractContext.Default.BundleManifest);
    public static JsonContract<CatalogCheckDocument> CatalogCheck { get; } =
        new(CatalogCheckDocument.SchemaId, "The answer of wayward catalog check --format json for one list; several stand in a member named lists.", WebContractContext.Default.CatalogCheckDocument);
    public static JsonContract<CatalogChecksDocument> CatalogChecks { get; } =
        new(CatalogCheckDocument.SchemaId, "The answer of wayward catalog check --format json for several lists.", WebContractContext.Default.CatalogChecksDocument);
    public static JsonContract<FindingListDocument> FindingList { get; } = new(FindingListDocument.SchemaId, "A page of the queue, as answered by GET /api/findings.", WebContractContext.Default.FindingListDocument);
    public static JsonContract<LearnedDocument> Learned { get; } = new(LearnedDocument.SchemaId, "Contacts that nothing could evaluate, as answered by GET /api/learned.", WebContractContext.Default.LearnedDocument);

    /// <summary>Those with a published schema, by name.</summary>
    public static IReadOnlyList<JsonContract> Published { get; } = [BackTest, Bundle, CatalogCheck, CoreContracts.Finding, FindingList, CoreContracts.Incident, Learned, CoreContracts.Period, CoreContracts.Report, Scan];
}

// Metadata only: the generated fast path would write a list into one buffer instead of flushing it as it goes.
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ScanDocument))]
[JsonSerializable(typeof(BackTestDocument))]
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(CatalogCheckDocument))]
[JsonSerializable(typeof(CatalogChecksDocument))]
[JsonSerializable(typeof(FindingListDocument))]
[JsonSerializable(typeof(LearnedDocument))]
internal sealed partial class WebContractContext : JsonSerializerContext;
