using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// A bucket, by listing. Each poll lists the last days of every account and region; the first one, and one a day, lists everything.
/// There is no "after the last key": objects come late, out of order and under equal times, and only the ledger says what is new.
/// </summary>
internal sealed class S3Source(SourceOptions source, IngestOptions options, AwsClients clients, AwsClientSettings settings, TimeProvider time) : ISource, IDisposable
{
    private const int MaxPrefixes = 50_000;
    private static readonly TimeSpan DiscoveryInterval = TimeSpan.FromMinutes(15);

    private readonly S3ObjectOpener _opener = new(clients, source, settings);
    private readonly string _bucket = source.BucketName;
    private List<DayBase> _bases = [];
    /// <summary>Folders with objects beside the known layouts: listed whole at each poll.</summary>
    private List<string> _loose = [];
    private DateTimeOffset _discovered, _reconciled;
    private bool _reconcileDue = true;

    public string Name { get; } = source.Name;

    public string? FormatHeader { get; } = source.FormatHeader;

    public string? Notice { get; private set; }

    public bool NewestFirst => source.NewestFirst;

    public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        bool whole = _reconcileDue || now - _reconciled >= source.ReconcileInterval;
        if (whole || now - _discovered >= DiscoveryInterval)
        {
            (_bases, _loose) = await DiscoverAsync(source.KeyPrefix, cancellation);
            _discovered = now;
        }
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        long listed = 0;
        foreach (var part in Plan(whole, today))
        {
            await foreach (var page in PagesAsync(part, cancellation))
            {
                listed += page.Count;
                if (page.Count > 0) yield return page;
            }
        }
        if (!whole) yield break;
        (_reconciled, _reconcileDue) = (now, false);
        Notice = string.Create(CultureInfo.InvariantCulture, $"{listed} objects under {_bases.Count} account and region prefixes; everything was compared with the ledger at {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
    }

    public bool CanListRange => true;

    public async IAsyncEnumerable<IReadOnlyList<OfferedObject>> ListRangeAsync(BackfillRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (bases, loose) = await DiscoverAsync(source.KeyPrefix, cancellation);
        var parts = loose.Where(l => Overlap(l, range.Prefix)).Select(l => new Listing(l, "/", null));
        foreach (var day in range.NewestFirst ? bases.AsEnumerable().Reverse() : bases)
        {
            if (!Overlap(day.Prefix, range.Prefix)) continue;
            string? after = range.From is { } from ? S3Layout.Day(day.Prefix, day.Hive, from) : null, before = range.To is { } to ? S3Layout.Day(day.Prefix, day.Hive, to.AddDays(1)) : null;
            // A prefix that reaches into the days is the narrower of the two.
            parts = parts.Append(new Listing(range.Prefix.Length > day.Prefix.Length ? range.Prefix : day.Prefix, null, after, before));
        }
        foreach (var part in parts)
        {
            await foreach (var page in PagesAsync(part, cancellation))
            {
                List<OfferedObject> within = [.. page.Where(o => S3Layout.IsWithin(range, o))];
                if (within.Count > 0) yield return within;
            }
        }

        static bool Overlap(string a, string b) => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);
    }

    public Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation) => _opener.OpenAsync(item, cancellation);

    public Task WaitForChangeAsync(CancellationToken cancellation) => Task.Delay(options.PollInterval, time, cancellation);

    public void Dispose() => clients.Dispose();

    private IEnumerable<Listing> Plan(bool whole, DateOnly today)
    {
        foreach (string loose in _loose) yield return new Listing(loose, "/", null);
        foreach (var day in _bases)
        {
            if (whole)
            {
                // The start date is the operator's word, not a memory of ours.
                yield return new Listing(day.Prefix, null, source.Start is { } start ? S3Layout.Day(day.Prefix, day.Hive, start) : null,
                    source.End is { } end ? S3Layout.Day(day.Prefix, day.Hive, end.AddDays(1)) : null);
                continue;
            }
            // Tomorrow too: its first objects may be filed before our clock says so.
            for (var date = today.AddDays(-source.LookBackDays); date <= today.AddDays(1); date = date.AddDays(1))
                if ((source.Start is null || date >= source.Start) && (source.End is null || date <= source.End)) yield return new Listing(S3Layout.Day(day.Prefix, day.Hive, date), null, null);
        }
    }

    /// <summary>Walks down from the prefix to the folders that hold years.</summary>
    private async Task<(List<DayBase> Bases, List<string> Loose)> DiscoverAsync(string prefix, CancellationToken cancellation)
    {
        List<DayBase> bases = [];
        List<string> loose = [];
        var queue = new Queue<(string Prefix, int Depth)>();
        queue.Enqueue((prefix, 0));
        int visited = 0;
        while (queue.TryDequeue(out var next))
        {
            if (++visited > MaxPrefixes) throw new SourceUnavailableException($"More than {MaxPrefixes} folders under {Name}; set a narrower Prefix", needsOperator: true);
            bool plain = false, hive = false, objects = false;
            await foreach (var response in ResponsesAsync(next.Prefix, "/", null, cancellation))
            {
                objects |= (response.S3Objects ?? []).Any(o => IsObject(o));
                foreach (string child in response.CommonPrefixes ?? [])
                {
                    string name = child[next.Prefix.Length..];
                    if (S3Layout.IsYear(name))
                    {
                        if (S3Layout.IsHiveYear(name)) hive = true;
                        else plain = true;
                    }
                    else if (next.Depth < S3Layout.MaxDepth && S3Layout.MayHoldFlowLogs(child)) queue.Enqueue((child, next.Depth + 1));
                }
            }
            if (plain) bases.Add(new DayBase(next.Prefix, Hive: false));
            if (hive) bases.Add(new DayBase(next.Prefix, Hive: true));
            if (objects) loose.Add(next.Prefix);
        }
        return (bases, loose);
    }

    private async IAsyncEnumerable<List<OfferedObject>> PagesAsync(Listing part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var response in ResponsesAsync(part.Prefix, part.Delimiter, part.StartAfter, cancellation))
        {
            List<OfferedObject> page = [];
            bool past = false;
            foreach (var item in response.S3Objects ?? [])
            {
                if (part.Before is { } before && string.CompareOrdinal(item.Key, before) >= 0)
                {
                    past = true;
                    break;
                }
                if (!IsObject(item) || !S3Layout.MayHoldFlowLogs(item.Key)) continue;
                long modified = item.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()).ToUnixTimeSeconds() : 0;
                page.Add(new OfferedObject(Name, _bucket, item.Key, S3ObjectOpener.Unquote(item.ETag), item.Size ?? 0, modified) { Turn = S3Layout.Turn(item.Key, modified) });
            }
            yield return page;
            if (past) yield break;
        }
    }

    private async IAsyncEnumerable<ListObjectsV2Response> ResponsesAsync(string prefix, string? delimiter, string? startAfter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        byte[] reached = [];
        for (int page = 0; page == 0 || token is not null; page++)
        {
            var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix, Delimiter = delimiter, StartAfter = startAfter, ContinuationToken = token };
            if (source.RequesterPays) request.RequestPayer = RequestPayer.Requester;
            ListObjectsV2Response response;
            string what = $"list s3://{_bucket}/{prefix}";
            try
            {
                response = await clients.S3.ListObjectsV2Async(request, cancellation);
            }
            catch (Exception e) when (AwsFaults.Translate(e, what) is var translated && !ReferenceEquals(translated, e))
            {
                throw translated;
            }
            yield return response;
            if (response.IsTruncated != true) yield break;
            token = response.NextContinuationToken;
            var last = Last(response);
            // Keys come in the order of their UTF-8 bytes. A server that repeats itself must not hold the source for ever.
            if (string.IsNullOrEmpty(token) || page + 1 >= settings.MaxPages || last.AsSpan().SequenceCompareTo(reached) <= 0)
                throw new SourceUnavailableException($"Cannot {what}: the server's listing does not end (page {page + 1})", needsOperator: false);
            reached = last;
        }
    }

    /// <summary>The last key or folder of a page, in UTF-8; empty when it has none.</summary>
    private static byte[] Last(ListObjectsV2Response response)
    {
        byte[] last = [];
        foreach (string name in (response.S3Objects ?? []).TakeLast(1).Select(o => o.Key).Concat((response.CommonPrefixes ?? []).TakeLast(1)))
            if (Encoding.UTF8.GetBytes(name) is var bytes && bytes.AsSpan().SequenceCompareTo(last) > 0) last = bytes;
        return last;
    }

    /// <summary>Folder markers and empty objects hold no records.</summary>
    private static bool IsObject(S3Object item) => item.Size is > 0 && !item.Key.EndsWith('/');

    /// <param name="Delimiter">A slash lists the folder itself, null all below it.</param>
    /// <param name="Before">Keys from here on are not wanted.</param>
    private readonly record struct Listing(string Prefix, string? Delimiter, string? StartAfter, string? Before = null);

    /// <param name="Prefix">What stands before the year.</param>
    private sealed record DayBase(string Prefix, bool Hive);
}
