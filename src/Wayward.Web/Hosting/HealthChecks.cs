using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wayward.Core.Text;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Engine.Loops;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Resolvers;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Ingest;

namespace Wayward.Web.Hosting;

/// <summary>Storage answers a small query, and no page or loop met damage.</summary>
internal sealed class StorageHealthCheck(ISourceObjectStore objects, StorageDamage damage, ILogger<StorageHealthCheck> log) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var counts = await objects.CountAsync(cancellationToken);
            // The small query may read sound pages only.
            if (damage.Found is { } found) return HealthCheckResult.Unhealthy(SafeText.Plain(found, 500));
            long quarantined = counts.ByState.GetValueOrDefault(SourceObjectState.Quarantined);
            return HealthCheckResult.Healthy("The database answers.", new Dictionary<string, object>
            {
                ["objectsDone"] = counts.ByState.GetValueOrDefault(SourceObjectState.Done),
                ["objectsQuarantined"] = quarantined,
            });
        }
        catch (StorageUnavailableException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The message may hold a connection string; the log has it.
            log.LogError(e, "The database does not answer");
            return HealthCheckResult.Unhealthy("The database does not answer; the log says why.");
        }
    }
}

/// <summary>No source is failing; each is listed with what is wrong and what to do.</summary>
internal sealed class SourcesHealthCheck(IIngestControl ingest) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var sources = ingest.Sources;
        var data = new Dictionary<string, object>();
        foreach (var source in sources)
        {
            string message = source.Message is null ? "" : ": " + SafeText.Plain(Redact(source.Message), 500);
            data[SafeText.Plain(source.Name)] = string.Create(CultureInfo.InvariantCulture,
                $"{source.Health.ToString().ToLowerInvariant()}, {source.Done} done, {source.Waiting} waiting, {source.Failed} failed{message}");
        }
        if (ingest.Progress.StoreProblem is { } stuck)
            return Task.FromResult(HealthCheckResult.Unhealthy("Nothing can be written: " + SafeText.Plain(Redact(stuck), 500), data: data));
        if (ingest.Progress.ReadProblem is { } stalled)
            return Task.FromResult(HealthCheckResult.Unhealthy(SafeText.Plain(Redact(stalled), 500), data: data));
        var worst = sources.Count == 0 ? SourceHealth.Healthy : sources.Max(s => s.Health);
        return Task.FromResult(worst switch
        {
            SourceHealth.Failing => HealthCheckResult.Unhealthy("At least one source is failing.", data: data),
            SourceHealth.Degraded => HealthCheckResult.Degraded("At least one source is degraded.", data: data),
            _ => HealthCheckResult.Healthy(sources.Count == 0 ? "No sources are configured." : "All sources are read.", data),
        });
    }

    private static string Redact(string text) => Secrets.Redact(text);
}

/// <summary>The background loops of this process: one that failed is degraded, one that fails again and again is unhealthy.</summary>
internal sealed class LoopsHealthCheck(LoopHealth loops) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var disturbed = loops.States.Where(s => s.Disturbed).ToList();
        var data = disturbed.ToDictionary(s => SafeText.Plain(s.Name), object (s) => string.Create(CultureInfo.InvariantCulture, $"failed {s.Failures} times in a row: {SafeText.Plain(Secrets.Redact(s.Problem ?? ""), 500)}"));
        return Task.FromResult(
            disturbed.Any(s => s.Failing) ? HealthCheckResult.Unhealthy("A background loop fails again and again; it goes on trying.", data: data)
            : disturbed.Count > 0 ? HealthCheckResult.Degraded("A background loop failed; it is tried again.", data: data)
            : HealthCheckResult.Healthy("All background loops run."));
    }
}

/// <summary>Each file of the catalogue folder. Never worse than degraded: the last good reading of a broken file stays in force.</summary>
internal sealed class CatalogHealthCheck(ICatalogProvider catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var broken = ((catalog as CatalogStore)?.Additions ?? []).Where(a => a.Problem is not null).ToList();
        var data = broken.ToDictionary(a => SafeText.Plain(a.Name), object (a) => SafeText.Plain(a.Problem!, 500));
        return Task.FromResult(broken.Count > 0
            ? HealthCheckResult.Degraded("Part of the catalogue's additions is not in force; what was known stays in force.", data: data)
            : HealthCheckResult.Healthy("The catalogue is read."));
    }
}

/// <summary>How much of the last day of data can be evaluated. Never worse than healthy: a fleet that learns is no fault.</summary>
internal sealed class BlindnessHealthCheck(BlindnessGauge gauge) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (gauge.Latest is not { Hours: > 0 } meter) return Task.FromResult(HealthCheckResult.Healthy("Nothing has been measured yet."));
        var data = meter.Notices().Select((notice, n) => (n, notice)).ToDictionary(x => string.Create(CultureInfo.InvariantCulture, $"notice{x.n + 1}"), object (x) => SafeText.Plain(x.notice, 500));
        foreach (var (n, overlap) in gauge.Overlaps.Take(10).Index()) data[string.Create(CultureInfo.InvariantCulture, $"overlap{n + 1}")] = SafeText.Plain(overlap.Text, 500);
        data["instanceHours"] = meter.Hours;
        data["blindHours"] = meter.BlindHours;
        return Task.FromResult(HealthCheckResult.Healthy(string.Create(CultureInfo.InvariantCulture, $"{100 * (1 - meter.Share):0.#} % of the instance-hours of the last day of data can be evaluated."), data));
    }
}

/// <summary>Each file and account of the inventory. Never worse than degraded: without it everything works from the logs' own columns.</summary>
internal sealed class InventoryHealthCheck(InventoryStore inventory) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = inventory.States;
        var data = states.ToDictionary(s => SafeText.Plain(s.Name), object (s) => s.Problem is { } problem ? SafeText.Plain(Secrets.Redact(problem), 500) : string.Create(CultureInfo.InvariantCulture, $"{s.Items} items"));
        return Task.FromResult(states.Any(s => s.Problem is not null)
            ? HealthCheckResult.Degraded("Part of the inventory could not be read; what was known stays in force.", data: data)
            : HealthCheckResult.Healthy(states.Count == 0 ? "No inventory is configured." : "The inventory is read.", data));
    }
}
