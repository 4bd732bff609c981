using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Loops;
using Wayward.Engine.Notifications;

namespace Wayward.Engine.Resolvers;

/// <summary>Keeps the catalogue in step with its folder and its feeds while the program runs; a change has everything evaluated anew.</summary>
public sealed class CatalogWatch(
    CatalogStore store, CatalogOptions options, CatalogFetcher fetcher, IDetectionTrigger detection, IChangeNotifier notifier, LoopHealth health, TimeProvider time, ILogger<CatalogWatch> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(15);
    private const int MaxRefused = 10;
    private readonly Dictionary<string, DateTimeOffset> _due = [];
    private readonly HashSet<string> _told = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new PollLoop("catalogue", health, time, log).RunAsync(PollAsync, options.PollInterval, stoppingToken);

    /// <summary>Fetches the feeds that are due and reads the folder.</summary>
    internal async Task PollAsync(CancellationToken cancellation)
    {
        bool changed = false;
        foreach (var feed in options.Feeds) changed |= await FetchIfDueAsync(feed, cancellation);
        changed |= store.Reload();
        foreach (var broken in store.Additions.Where(a => a.Error is not null))
            if (_told.Add($"{broken.Path} {broken.Modified:O}")) log.LogWarning("Catalogue file {File} is not in force: {Reason}", broken.Path, broken.Error);
        foreach (var waiting in store.Additions.Where(a => a.Waiting is not null))
            if (_told.Add($"{waiting.Path} {waiting.Waiting}")) log.LogWarning("Feed {Feed}: {Waiting}", waiting.Name, waiting.Waiting);
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
            var (diff, review) = store.ImportFeed(feed.Name, file);
            _due[feed.Name] = now + feed.Interval;
            log.LogInformation("Feed {Feed}: {Added} endpoints added, {Known} known, {Shared} in shared ranges, {Relays} of relays", feed.Name, diff.Added.Count, diff.Known.Count, diff.Shared.Count, diff.Relays.Count);
            foreach (var (entry, reason) in review.Refused.Take(MaxRefused)) log.LogWarning("Feed {Feed}: {Prefix} was refused: {Reason}", feed.Name, entry.Prefix, reason);
            if (review.Refused.Count > MaxRefused) log.LogWarning("Feed {Feed}: {Count} entries were refused in all", feed.Name, review.Refused.Count);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            _due[feed.Name] = now + (RetryAfter < feed.Interval ? RetryAfter : feed.Interval);
            log.LogWarning("Feed {Feed} was not taken: {Reason}", feed.Name, e.Message);
        }
        return store.Current.Hash != before;
    }
}
