using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Notifications;

namespace Wayward.Engine.Resolvers;

/// <summary>Keeps the catalogue in step with its folder and its feeds while the program runs; a change has everything evaluated anew.</summary>
public sealed class CatalogWatch(
    CatalogStore store, CatalogOptions options, CatalogFetcher fetcher, IDetectionTrigger detection, IChangeNotifier notifier, TimeProvider time, ILogger<CatalogWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(15);
    private readonly Dictionary<string, DateTimeOffset> _due = [];
    private readonly HashSet<string> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, time);
        try
        {
            do await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    /// <summary>One look at folder and feeds.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        bool changed = false;
        foreach (var feed in options.Feeds) changed |= await FetchIfDueAsync(feed, cancellation);
        try
        {
            changed |= store.Reload();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The catalogue folder cannot be read: {Reason}", e.Message);
        }
        foreach (var broken in store.Additions.Where(a => a.Error is not null))
            if (_told.Add($"{broken.Path} {broken.Modified:O}")) log.LogWarning("Catalogue file {File} is not in force: {Reason}", broken.Path, broken.Error);
        if (!changed) return;
        log.LogInformation("Catalogue {Version} ({Hash}) is in force", store.Current.Version, store.Current.Hash);
        detection.Signal();
        detection.Calm();
        notifier.Publish(ChangeKinds.Findings | ChangeKinds.Contacts);
    }

    private async Task<bool> FetchIfDueAsync(CatalogFeedOptions feed, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        // The state file's time is when the feed was last taken, so a restart does not fetch again.
        if (!_due.TryGetValue(feed.Name, out var due)) due = store.Additions.FirstOrDefault(a => a.Name == feed.Name) is { } last ? last.Modified + feed.Interval : now;
        if (now < due)
        {
            _due[feed.Name] = due;
            return false;
        }
        string before = store.Current.Hash;
        try
        {
            var file = CatalogFile.Parse(await fetcher.FetchAsync(feed.Location, cancellation), feed.Location);
            var diff = store.Import(feed.Name, file);
            _due[feed.Name] = now + feed.Interval;
            log.LogInformation("Feed {Feed}: {Added} endpoints added, {Known} known, {Shared} in shared ranges, {Relays} of relays", feed.Name, diff.Added.Count, diff.Known.Count, diff.Shared.Count, diff.Relays.Count);
        }
        catch (Exception e) when (e is IOException or CatalogFormatException or UnauthorizedAccessException)
        {
            _due[feed.Name] = now + (RetryAfter < feed.Interval ? RetryAfter : feed.Interval);
            log.LogWarning("Feed {Feed} was not taken: {Reason}", feed.Name, e.Message);
        }
        return store.Current.Hash != before;
    }
}
