using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>
/// A summary as bytes, for the process that comes next: equal bytes for equal summaries. Catalogue entries stand by their ids, so it is read with the catalogue that it was made with. A sum over key and
/// content at the end tells when it is not what was written.
/// </summary>
internal static class SummaryContent
{
    /// <summary>Changes with the layout, and with anything that makes the same history another summary.</summary>
    private const byte Layout = 3;
    private const int SumBytes = 8;

    public static byte[] Write(InstanceSummary summary)
    {
        using var stream = new MemoryStream(512);
        using (var to = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            to.Write(Layout);
            to.Write(summary.NeedsWhole);
            List(to, summary.Facts, fact =>
            {
                to.Write((byte)fact.Attribute);
                to.Write(fact.Value);
                Span(to, fact.First, fact.Last);
            });
            Epochs(to, summary.Epochs);
            if (!summary.IsConstant)
            {
                List(to, summary.CohortEpochs, cohort =>
                {
                    to.Write(cohort.Cohort);
                    Epochs(to, cohort.Epochs);
                });
            }
            summary.Roles.Write(to);
            List(to, summary.Rejects, reject =>
            {
                Target(to, reject.Target);
                to.Write7BitEncodedInt64(reject.At);
            });
            List(to, summary.Destinations, destination => Destination(to, destination));
            List(to, summary.Unclear, destination => Destination(to, destination));
        }
        stream.Write(Sum(summary.Key, stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <returns>Null = it is damaged, of another layout, or names an entry that is not in the catalogue.</returns>
    public static InstanceSummary? Read(InstanceKey key, byte[] content, ResolverCatalog catalog)
    {
        if (content.Length <= SumBytes || content[0] != Layout) return null;
        var body = content.AsSpan(0, content.Length - SumBytes);
        if (!Sum(key, body).AsSpan().SequenceEqual(content.AsSpan(body.Length))) return null;
        using var from = new BinaryReader(new MemoryStream(content, 1, body.Length - 1), Encoding.UTF8);
        bool needsWhole = from.ReadBoolean();
        var facts = List(from, () =>
        {
            var attribute = (InstanceAttribute)from.ReadByte();
            string value = from.ReadString();
            var (first, last) = Span(from);
            return new InstanceFact(attribute, value, first, last);
        });
        var epochs = Epochs(from);
        bool missing = false;
        // In the order in which it was written: cohorts, where there are several, come before the rest.
        var cohorts = IsConstant(key, facts) ? [] : List(from, () => (from.ReadString(), Epochs(from)));
        var roles = Roles.Read(from);
        var rejects = List(from, () =>
        {
            var target = Target(from);
            return (target, from.Read7BitEncodedInt64());
        });
        var summary = InstanceSummary.Restore(key, facts, epochs, () => cohorts, roles, rejects, needsWhole, 
            owner => List(from, () => Destination(from, owner, catalog, ref missing)), owner => List(from, () => Destination(from, owner, catalog, ref missing)));
        return missing ? null : summary;
    }

    private static bool IsConstant(InstanceKey key, InstanceFact[] facts)
    {
        var history = new InstanceHistory { Key = key };
        history.Facts.AddRange(facts);
        return Cohorts.IsConstant(history);
    }

    private static void Destination(BinaryWriter to, DestinationSummary destination)
    {
        Target(to, destination.Destination);
        to.Write(destination.Entry?.Id ?? "");
        to.Write7BitEncodedInt(destination.Required is { } required ? required.Length + 1 : 0);
        foreach (var entry in destination.Required ?? []) to.Write(entry.Id);
        List(to, destination.Episodes, episode =>
        {
            Span(to, episode.Start, episode.End);
            to.Write(episode.IsRegular);
            to.Write(episode.IsTraced);
            to.Write(episode.IsForbidden);
            if (!episode.IsForbidden) return;
            to.Write7BitEncodedInt64(episode.ForbiddenFrom);
            to.Write7BitEncodedInt(episode.ForbiddenBy);
        });
        List(to, destination.Tunnels, hours =>
        {
            var v = hours.Volume;
            Span(to, hours.Start, hours.End);
            to.Write((byte)v.Rule);
            to.Write(v.IsPlain);
            Span(to, v.From, v.To);
            foreach (long number in (long[])[v.Targets, v.Bytes, v.Packets, v.Other, v.Least, v.Usual]) to.Write7BitEncodedInt64(number);
        });
    }

    private static DestinationSummary Destination(BinaryReader from, InstanceSummary owner, ResolverCatalog catalog, ref bool missing)
    {
        var target = Target(from);
        string id = from.ReadString();
        var entry = id.Length == 0 ? null : catalog.Find(id);
        missing |= id.Length > 0 && entry is null;
        int count = from.Read7BitEncodedInt() - 1;
        CatalogEntry[]? required = count < 0 ? null : new CatalogEntry[count];
        for (int i = 0; i < count; i++)
        {
            if (catalog.Find(from.ReadString()) is { } known) required![i] = known;
            else missing = true;
        }
        return new DestinationSummary
        {
            Instance = owner, Destination = target, Entry = entry, Required = required, NeedsWhole = id.Length == 0,
            Episodes = List(from, () =>
            {
                var (start, end) = Span(from);
                bool isRegular = from.ReadBoolean(), isTraced = from.ReadBoolean();
                return from.ReadBoolean() ? new EpisodeSpan(start, end, from.Read7BitEncodedInt64(), from.Read7BitEncodedInt(), isRegular, isTraced) : new EpisodeSpan(start, end, long.MaxValue, 0, isRegular, isTraced);
            }),
            Tunnels = List(from, () =>
            {
                var (start, end) = Span(from);
                var rule = (VolumeRule)from.ReadByte();
                bool isPlain = from.ReadBoolean();
                var (first, last) = Span(from);
                return new TunnelHours(start, end, new(rule, isPlain, first, last, (int)from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64(), from.Read7BitEncodedInt64()));
            }),
        };
    }

    private static void Target(BinaryWriter to, Destination target)
    {
        byte[] address = target.Address.ToBytes();
        to.Write((byte)address.Length);
        to.Write(address);
        to.Write((byte)target.Transport);
    }

    private static Destination Target(BinaryReader from)
    {
        var address = IpAddress.FromBytes(from.ReadBytes(from.ReadByte()));
        return new(address, (DnsTransport)from.ReadByte());
    }

    private static void Epochs(BinaryWriter to, EpochSpan[] epochs) => List(to, epochs, epoch => Span(to, epoch.Start, epoch.End));

    private static EpochSpan[] Epochs(BinaryReader from) => List(from, () =>
    {
        var (start, end) = Span(from);
        return new EpochSpan(start, end);
    });

    private static void Span(BinaryWriter to, long first, long last)
    {
        to.Write7BitEncodedInt64(first);
        to.Write7BitEncodedInt64(last - first);
    }

    private static (long First, long Last) Span(BinaryReader from)
    {
        long first = from.Read7BitEncodedInt64();
        return (first, first + from.Read7BitEncodedInt64());
    }

    private static void List<T>(BinaryWriter to, IReadOnlyCollection<T> items, Action<T> write)
    {
        to.Write7BitEncodedInt(items.Count);
        foreach (var item in items) write(item);
    }

    private static T[] List<T>(BinaryReader from, Func<T> read)
    {
        int count = from.Read7BitEncodedInt();
        if (count == 0) return [];
        var items = new T[count];
        for (int i = 0; i < count; i++) items[i] = read();
        return items;
    }

    private static byte[] Sum(InstanceKey key, ReadOnlySpan<byte> body)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(key.Id + "\n"));
        sha.AppendData(body);
        return sha.GetHashAndReset()[..SumBytes];
    }
}
