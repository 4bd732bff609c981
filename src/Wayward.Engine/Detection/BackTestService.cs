using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Inventories;
using Wayward.Storage.Expected;

namespace Wayward.Engine.Detection;

/// <summary>What a back-test changes; null = as at present.</summary>
public sealed record BackTestTrial(DetectionOptions? Options = null, ResolverCatalog? Catalog = null, IReadOnlyList<ExpectedTarget>? Rules = null);

/// <summary>
/// What the stored ledger would say with other parameters, another catalogue or other rules, against what it says now. Reads only, as of one moment, instance by instance, so it may run beside a
/// server and memory does not grow with the store.
/// </summary>
public sealed class BackTestService(IHistoryReader histories, IExpectedTargetStore expected, ICatalogProvider catalog, DetectionOptions options)
{
    private const int AtOnce = 500;

    public async Task<BackTestDiff> RunAsync(BackTestTrial trial, CancellationToken cancellation)
    {
        var rules = await expected.AllAsync(cancellation);
        var present = new DetectionEngine(catalog.Current, rules, options);
        var changed = new DetectionEngine(trial.Catalog ?? catalog.Current, trial.Rules ?? rules, trial.Options ?? options);
        return await histories.ReadAsync(async (view, c) => BackTest.Compare(await EvaluateAsync(view, present, c), await EvaluateAsync(view, changed, c)), cancellation);
    }

    private static async Task<IReadOnlyList<Finding>> EvaluateAsync(InventoryView view, DetectionEngine engine, CancellationToken cancellation)
    {
        var fleet = new FleetLoader(engine, view.MaxStart);
        await view.ForEachAsync(fleet.Load, cancellation);
        return (await fleet.EvaluateAsync(keys => view.LoadAsync(keys, cancellation), AtOnce)).Findings;
    }
}
