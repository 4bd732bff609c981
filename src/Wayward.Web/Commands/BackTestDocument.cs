using System.ComponentModel.DataAnnotations;
using Wayward.Core.Detection;
using Wayward.Core.Reports.Contracts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Web.Commands;

/// <summary>How a trial's findings differ from the present ones, schema <c>wayward.backtest/1</c>.</summary>
internal sealed record BackTestDocument
{
    public const string SchemaId = "wayward.backtest/1";

    [AllowedValues(SchemaId)]
    public string Schema { get; init; } = SchemaId;
    public required BackTestSideDocument Present { get; init; }
    public required BackTestSideDocument Trial { get; init; }
    public required int Unchanged { get; init; }
    public required IEnumerable<FindingDocument> Added { get; init; }
    public required IEnumerable<FindingDocument> Removed { get; init; }
    public required IEnumerable<BackTestChangeDocument> Changed { get; init; }

    public static BackTestDocument Of(BackTestDiff diff, ResolverCatalog present, ResolverCatalog trial) => new()
    {
        Present = new(diff.Unchanged + diff.Changed.Count + diff.Removed.Count, diff.ReportedPresent, new(present.Version, present.Hash)),
        Trial = new(diff.Unchanged + diff.Changed.Count + diff.Added.Count, diff.ReportedTrial, new(trial.Version, trial.Hash)),
        Unchanged = diff.Unchanged,
        Added = diff.Added.Select(Finding),
        Removed = diff.Removed.Select(Finding),
        Changed = diff.Changed.Select(c => new BackTestChangeDocument(Finding(c.Present), Finding(c.Trial))),
    };

    private static FindingDocument Finding(Finding finding) => new(finding, FindingStatus.Open);
}

internal sealed record BackTestSideDocument(int Findings, int Reported, CatalogDocument Catalog);

internal sealed record BackTestChangeDocument(FindingDocument Present, FindingDocument Trial);
