using System.Collections.Concurrent;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Benchmarks;

/// <summary>Reads and folds objects with some workers and tells sums that another program can be held to.</summary>
internal static class Folding
{
    public static int Run(int workers, string[] files, bool evaluate)
    {
        var catalog = ResolverCatalog.Shipped;
        var queue = new ConcurrentQueue<string>(files);
        var ledger = new ContactLedger();
        long records = 0, contacts = 0, quarantined = 0;
        var threads = Enumerable.Range(0, workers).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        long cells = ledger.Instances.Values.Sum(i => i.Pairs.Values.Sum(p => (long)p.Count));
        var sums = ledger.Instances.Values.SelectMany(i => i.Pairs.Values).SelectMany(p => p).Aggregate((Out: 0L, In: 0L, Rejected: 0L), (s, c) =>
            (s.Out + c.OutAccepted.Records + c.OutRejected.Records, s.In + c.InAccepted.Records + c.InRejected.Records, s.Rejected + c.OutRejected.Records + c.InRejected.Records));
        Console.WriteLine($"records {records} contacts {contacts} quarantined {quarantined} instances {ledger.Instances.Count} cells {cells} out {sums.Out} in {sums.In} rejected {sums.Rejected}");
        var dns = ledger.Instances.Values.SelectMany(i => i.Pairs).Where(p => p.Key.Port is 53 or 853 && p.Key.Address.IsIPv4).SelectMany(p => p.Value).ToList();
        TrafficSum outward = default, inward = default;
        foreach (var cell in dns) (outward, inward) = (outward + cell.OutAccepted + cell.OutRejected, inward + cell.InAccepted + cell.InRejected);
        Console.WriteLine($"dns cells {dns.Count} out {outward.Records} in {inward.Records} packets-out {outward.Packets} bytes-out {outward.Bytes} packets-in {inward.Packets} bytes-in {inward.Bytes} rejected {dns.Sum(c => c.OutRejected.Records + c.InRejected.Records)}");
        Console.WriteLine($"allocated {GC.GetTotalAllocatedBytes() >> 20} MiB, collections {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)}, paused {GC.GetTotalPauseDuration().TotalMilliseconds:f0} ms");
        if (evaluate) Console.WriteLine($"findings {new DetectionEngine(catalog, [], DetectionOptions.Default).Evaluate(ledger).Findings.Count}");
        return 0;

        void Work()
        {
            var folder = new ContactFolder(catalog, AddressSpace.Default);
            while (queue.TryDequeue(out string? file))
            {
                folder.Begin(new ObjectIdentity("", file, "").Id);
                using var stream = File.OpenRead(file);
                var sink = folder.AsSink();
                var read = FlowLogReader.Read(stream, new FlowObjectInfo(file, stream.Length), ref sink);
                var batch = folder.TakeBatch();
                lock (ledger)
                {
                    records += read.Records;
                    quarantined += read.QuarantinedCount;
                    contacts += batch.ContactRecords;
                    ledger.Add(batch);
                }
            }
        }
    }
}
