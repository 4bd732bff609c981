using System.Collections.Concurrent;
using System.Security.Cryptography;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;

namespace Wayward.Engine.Scan;

/// <summary>
/// The whole way from files to findings in memory, without a database. Memory grows with distinct (instance, endpoint, hour), not with input.
/// </summary>
public static class ScanRunner
{
    private const int MaxQuarantined = 100;

    /// <exception cref="OperationCanceledException"/>
    public static async Task<ScanResult> RunAsync(ScanRequest request, CancellationToken cancellation)
    {
        var run = new Run(request);
        await run.ReadAsync(cancellation);
        var engine = new DetectionEngine(request.Catalog, request.Expected, request.Detection);
        var ledger = Prepare(run.Ledger, request.Inventory ?? Inventory.Empty, out var overlaps);
        var evaluated = await Task.Run(() => engine.Evaluate(ledger), cancellation);
        var contacts = ContactsOf(ledger, request.Catalog, request.Detection);
        return new ScanResult
        {
            Input = run.Input(contacts.Sum(c => c.Out.Records)),
            Contacts = contacts,
            Findings = evaluated.Findings,
            Accepted = evaluated.Accepted,
            Blindness = evaluated.Blindness,
            Overlaps = overlaps,
            Ledger = ledger,
        };
    }

    /// <summary>What was folded as the engine takes it: by instance, each flow once, with the fleet's own networks.</summary>
    internal static ContactLedger Prepare(ContactLedger folded, Inventory known, out IReadOnlyList<FlowLogOverlap> overlaps)
    {
        var inventory = known.With(TaughtInterfaces.Of(folded));
        var ledger = inventory.IsEmpty ? folded : inventory.Apply(folded);
        overlaps = FlowLogOverlaps.Of(ledger.Instances.Values);
        FlowLogOverlaps.Resolve(ledger);
        var networks = OwnNetworks.Of(ledger, inventory);
        foreach (var history in ledger.Instances.Values) history.OwnNetworks = networks;
        return ledger;
    }

    private static List<ScanContact> ContactsOf(ContactLedger ledger, ResolverCatalog catalog, DetectionOptions options)
    {
        List<ScanContact> contacts = [];
        var spans = new ContactSpans(catalog, options);
        foreach (var (key, history) in ledger.Instances)
        {
            foreach (var (endpoint, cells) in history.Pairs)
            {
                if (endpoint.Address.IsNone || catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port) is not { } transport || spans.Of(history, endpoint, cells) is not { } span) continue;
                TrafficSum sent = default, received = default;
                long sentRejected = 0, receivedRejected = 0;
                foreach (var cell in cells)
                {
                    sent += cell.OutAccepted + cell.OutRejected;
                    received += cell.InAccepted + cell.InRejected;
                    sentRejected += cell.OutRejected.Records;
                    receivedRejected += cell.InRejected.Records;
                }
                var entry = catalog.FindAddress(endpoint.Address, transport);
                contacts.Add(new ScanContact(
                    key, endpoint, transport, entry?.Provider, entry?.Tier ?? CatalogTier.None, span.First, span.Last, sent, sentRejected, received, receivedRejected, span.Answered));
            }
        }
        return contacts;
    }

    /// <param name="Name">As shown: the path as given, or below the folder as given.</param>
    /// <param name="Length">Null for a pipe.</param>
    private sealed record Candidate(string Path, string Name, long? Length, long? LastModified);

    private sealed class Run(ScanRequest request)
    {
        private readonly Lock _gate = new();
        private readonly List<ScanQuarantine> _quarantined = [];
        private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
        private readonly HashSet<string> _hashes = new(StringComparer.Ordinal);
        private long _bytes, _records, _quarantinedCount, _totalBytes, _readBytes;
        private int _objects, _unreadable, _duplicates, _done, _all;

        public ContactLedger Ledger { get; } = new();

        public async Task ReadAsync(CancellationToken cancellation)
        {
            var candidates = Distinct(Find(), cancellation);
            _all = candidates.Count;
            _totalBytes = candidates.Sum(c => c.Length ?? 0);
            var queue = new ConcurrentQueue<Candidate>(candidates);
            int workers = Math.Min(request.Workers > 0 ? request.Workers : Environment.ProcessorCount, Math.Max(1, candidates.Count));
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => Work(queue, cancellation), cancellation)));
        }

        public ScanInput Input(long contactRecords) => new()
        {
            Objects = _objects,
            Bytes = _bytes,
            Records = _records,
            ContactRecords = contactRecords,
            Skipped = _skipped,
            Quarantined = [.. Sorted().Take(MaxQuarantined)],
            QuarantinedCount = _quarantinedCount,
            Unreadable = _unreadable,
            Duplicates = _duplicates,
        };

        private IEnumerable<ScanQuarantine> Sorted() =>
            _quarantined.OrderBy(q => q.File, StringComparer.Ordinal).ThenBy(q => q.Line ?? 0).ThenBy(q => q.Reason, StringComparer.Ordinal);

        /// <summary>Every file once, by its real place, ordinal order.</summary>
        private List<Candidate> Find()
        {
            var found = new Dictionary<string, Candidate>(StringComparer.Ordinal);
            foreach (string path in request.Paths)
            {
                try
                {
                    string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
                    if (!Directory.Exists(full) && !File.Exists(full)) throw new FileNotFoundException("there is no such file or folder");
                    var walk = new FolderWalk(full, []);
                    foreach (var file in walk.Files())
                    {
                        // A pipe shows no length; neither does an empty file, which the reader then refuses or not.
                        bool isPipe = walk.IsFile && file.Length == 0;
                        string name = walk.IsFile ? path : Path.Combine(path, file.Key);
                        Add(new Candidate(file.FullPath, name, isPipe ? null : file.Length, isPipe ? null : new DateTimeOffset(file.LastWriteUtc).ToUnixTimeSeconds()));
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
                {
                    Refuse(path, null, e.Message);
                }
            }
            return [.. found.Values.OrderBy(c => c.Name, StringComparer.Ordinal)];

            void Add(Candidate candidate)
            {
                string real = RealPath.Resolve(candidate.Path) ?? candidate.Path;
                if (found.TryGetValue(real, out var known))
                {
                    _duplicates++;
                    if (string.CompareOrdinal(known.Name, candidate.Name) <= 0) return;
                }
                found[real] = candidate;
            }
        }

        /// <summary>
        /// One of each content: the first by name, so that nothing depends on which worker was quicker. Only files of equal length can be equal, so few are read twice.
        /// </summary>
        private List<Candidate> Distinct(List<Candidate> candidates, CancellationToken cancellation)
        {
            var sameLength = candidates.Where(c => c.Length is not null).GroupBy(c => c.Length).Where(g => g.Count() > 1).SelectMany(g => g).ToHashSet();
            if (sameLength.Count == 0) return candidates;
            List<Candidate> distinct = [];
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var candidate in candidates)
            {
                if (sameLength.Contains(candidate))
                {
                    cancellation.ThrowIfCancellationRequested();
                    string? hash = TryHash(candidate.Path);
                    if (hash is not null && !seen.Add(hash))
                    {
                        _duplicates++;
                        continue;
                    }
                }
                distinct.Add(candidate);
            }
            return distinct;
        }

        /// <summary>Null when it cannot be read: reading it later says why.</summary>
        private static string? TryHash(string path)
        {
            try
            {
                using var stream = File.OpenRead(path);
                return Convert.ToHexStringLower(SHA256.HashData(stream));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        private void Work(ConcurrentQueue<Candidate> queue, CancellationToken cancellation)
        {
            var addresses = new AddressSpace(request.Detection.OwnPrefixes.Select(IpPrefix.Parse));
            ContactFolder? folder = null;
            while (queue.TryDequeue(out var candidate))
            {
                cancellation.ThrowIfCancellationRequested();
                folder ??= new ContactFolder(request.Catalog, addresses, request.Inventory);
                try
                {
                    using var stream = new FileStream(candidate.Path, new FileStreamOptions
                    {
                        Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
                        Options = candidate.Length is null ? FileOptions.None : FileOptions.SequentialScan,
                    });
                    folder.Begin(new ObjectIdentity(Path.GetDirectoryName(candidate.Path) ?? "", Path.GetFileName(candidate.Path), "").Id, candidate.Path);
                    var sink = folder.AsSink();
                    var read = FlowLogReader.Read(stream, new FlowObjectInfo(candidate.Name, candidate.Length, candidate.LastModified, request.FormatHeader), ref sink, request.Limits, cancellation);
                    var batch = folder.TakeBatch();
                    KeyRegion.AddTo(batch, candidate.Path);
                    Take(candidate, read, batch);
                }
                catch (OperationCanceledException)
                {
                    throw;
                }
                catch (FlowObjectException e)
                {
                    // Half an object may be in the folder: nothing of it counts.
                    folder = null;
                    Refuse(candidate.Name, e.Line, e.Reason);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    folder = null;
                    Refuse(candidate.Name, null, e.Message);
                }
                Report(candidate.Length ?? 0);
            }
        }

        private void Take(Candidate candidate, FlowReadResult read, ContactBatch batch)
        {
            lock (_gate)
            {
                // Pipes could not be compared before.
                if (read.Sha256.Length > 0 && !_hashes.Add(read.Sha256))
                {
                    _duplicates++;
                    return;
                }
                SkipReasonNames.CountUnread(batch, read);
                _objects++;
                _bytes += read.ObjectBytes;
                _records += read.Records;
                _quarantinedCount += read.QuarantinedCount;
                foreach (var line in read.Quarantined) Keep(new ScanQuarantine(candidate.Name, line.Line, line.Column is null ? line.Reason : $"{line.Column}: {line.Reason}"));
                foreach (var (reason, count) in batch.Skipped)
                {
                    string name = SkipReasonNames.Name(reason);
                    _skipped[name] = _skipped.GetValueOrDefault(name) + count;
                }
                Ledger.Add(batch);
            }
        }

        private void Refuse(string name, long? line, string reason)
        {
            lock (_gate)
            {
                _unreadable++;
                _quarantinedCount++;
                Keep(new ScanQuarantine(name, line, reason));
            }
        }

        /// <summary>Keeps the first hundred by file and line, whatever the order they come in.</summary>
        private void Keep(ScanQuarantine item)
        {
            _quarantined.Add(item);
            if (_quarantined.Count < 20 * MaxQuarantined) return;
            var kept = Sorted().Take(MaxQuarantined).ToList();
            _quarantined.Clear();
            _quarantined.AddRange(kept);
        }

        private void Report(long bytes)
        {
            ScanProgress progress;
            lock (_gate)
            {
                _readBytes += bytes;
                progress = new ScanProgress(++_done, _all, _readBytes, _totalBytes, _records);
            }
            request.Progress?.Invoke(progress);
        }
    }
}
