using System.Globalization;
using Wayward.Core;

namespace Wayward.Engine;

/// <summary>How objects are fetched and read. Bound from configuration section <c>Ingest</c>.</summary>
public sealed record IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Where objects come from; any number, mixed.</summary>
    public IReadOnlyList<SourceOptions> Sources { get; init; } = [];
    /// <summary>Objects read at the same time; 0 = one per core.</summary>
    public int Workers { get; init; }
    /// <summary>How often a source is looked at when nothing announces a change.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>A file is offered once its size and time stood still over two looks this far apart.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Most objects in one commit. A synced commit costs about 4 ms, so small objects share one.</summary>
    public int CommitObjects { get; init; } = 32;
    /// <summary>A commit takes no further object once it holds this many hour cells: bounds memory when objects are rich.</summary>
    public int CommitCells { get; init; } = 200_000;
    /// <summary>Tries of an object that fails for a reason nobody has classified, before it is set aside.</summary>
    public int UnknownTries { get; init; } = 5;
    /// <summary>Tries of an object that is truncated or cannot be read, before it is set aside; a new etag opens it again.</summary>
    public int ObjectTries { get; init; } = 8;
    /// <summary>Tries of an object at which the process ended or the reading stood still, before it is set aside.</summary>
    public int InterruptedTries { get; init; } = 2;
    /// <summary>A reading that makes no progress for so long is given up, and health turns red while it cannot be stopped.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromMinutes(1);
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan RetryMaximum { get; init; } = TimeSpan.FromMinutes(15);
    /// <summary>Evaluation waits this long after a commit for further ones, at most ten times.</summary>
    public TimeSpan DetectionDelay { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>Open pages are told of changes at most this often.</summary>
    public TimeSpan NotifyInterval { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>A waiting object older than this turns its source's health to degraded.</summary>
    public TimeSpan BacklogAlarm { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where several processes read one ledger: an object that a process has not renewed for so long, because it died or stands still, is given to another.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(1);

    public int EffectiveWorkers => Workers > 0 ? Workers : Environment.ProcessorCount;

    /// <summary>All errors at once, each naming its key and the accepted values.</summary>
    public IReadOnlyList<string> Validate()
    {
        var rules = new OptionRules(Section)
            .Range(Workers, 0, 256, "0 = one per core")
            .Range(CommitObjects, 1, 1_000)
            .Range(CommitCells, 1, 10_000_000)
            .Range(UnknownTries, 1, 1_000)
            .Range(InterruptedTries, 1, 1_000)
            .Range(ObjectTries, 1, 1_000)
            .Span(PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromDays(1))
            .Span(SettleTime, TimeSpan.Zero, TimeSpan.FromHours(1))
            .Span(RetryBase, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1))
            .Span(RetryMaximum, RetryBase, TimeSpan.FromDays(7))
            .Span(DetectionDelay, TimeSpan.Zero, TimeSpan.FromMinutes(10))
            .Span(NotifyInterval, TimeSpan.Zero, TimeSpan.FromMinutes(1))
            .Span(StallTime, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))
            .Span(LeaseTime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
            .Span(BacklogAlarm, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Sources.Count; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{Section}:Sources:{i}");
            var element = Sources[i].Check(key);
            rules.Add(element);
            if (element.Errors.Count > 0) continue;
            string name = Sources[i].Name;
            if (names.TryGetValue(name, out int first)) rules.Add(key[(Section.Length + 1)..], string.Create(CultureInfo.InvariantCulture, $"is the same source as {Section}:Sources:{first} ({name}); give each source once"));
            else names.Add(name, i);
        }
        return rules.Errors;
    }
}
