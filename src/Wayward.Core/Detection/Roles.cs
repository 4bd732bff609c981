using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Names of roles, as rules' scopes and inventories write them.</summary>
public static class RoleNames
{
    /// <summary>Resolves names by itself, from the root servers down.</summary>
    public const string IteratingResolver = "iterating-resolver";
    /// <summary>Resolves names by itself now and then, from an authoritative server down.</summary>
    public const string SmallIterator = "small-iterator";
    /// <summary>Answers others from its own port 53.</summary>
    public const string ServesDns = "serves-dns";
    /// <summary>From the inventory only: nothing is exempt by behaviour that an attacker could cheaply imitate.</summary>
    public const string Scanner = "scanner";
}

/// <summary>A UTC day on which an instance resolved names by itself, with the moments at which the evidence was complete (Unix seconds; <see cref="long.MaxValue"/> = it was not).</summary>
/// <param name="Asked">It had asked a root server and many servers that no catalogue names.</param>
/// <param name="Answered">So many of them had answered.</param>
/// <param name="Small">An authoritative server and a server that no catalogue names had answered.</param>
internal readonly record struct IteratingDay(int Day, long Asked, long Answered, long Small);

/// <summary>
/// What an instance's records prove about its role (section 7 of the rules). Evidence for a contact at t lies in the week before t only, so a role never excuses what made it. Only servers that answered make a role: packets into the void cost nothing.
/// </summary>
internal sealed class Roles
{
    public static readonly Roles None = new([], []);

    /// <summary>Days on which it iterated; ascending.</summary>
    private readonly IteratingDay[] _iterating;
    /// <summary>Hours in which it answered enough clients, by their last second; ascending.</summary>
    private readonly long[] _served;

    private Roles(IteratingDay[] iterating, long[] served)
    {
        _iterating = iterating;
        _served = served;
    }

    public static Roles Of(InstanceHistory history, ResolverCatalog catalog, PatternOptions options)
    {
        bool served = history.Pairs.TryGetValue(ContactHour.Served, out var servedCells);
        // Iterating takes an authoritative server; few instances ever see one, so the rest is not looked at.
        bool authoritative = false;
        foreach (var endpoint in history.Pairs.Keys)
        {
            if (endpoint.Port != 53 || catalog.FindAddress(endpoint.Address, DnsTransport.Dns) is not { } entry || !entry.Tier.IsAuthoritative()) continue;
            authoritative = true;
            break;
        }
        if (!served && !authoritative) return None;
        long[] hours = served
            ? [.. servedCells!.Where(c => c.InnerSources.Count >= options.ServesClients).Select(c => (c.Hour + 1) * UnixTime.HourSeconds)]
            : [];
        return new Roles(authoritative ? IteratingDays(history, catalog, options) : [], hours);
    }

    /// <summary>For <see cref="SummaryContent"/>: what there is of evidence, nothing being told apart from none yet.</summary>
    public void Write(BinaryWriter to)
    {
        to.Write(this != None);
        if (this == None) return;
        to.Write7BitEncodedInt(_iterating.Length);
        foreach (var day in _iterating)
        {
            to.Write7BitEncodedInt(day.Day);
            foreach (long time in (long[])[day.Asked, day.Answered, day.Small]) to.Write7BitEncodedInt64(time == long.MaxValue ? 0 : time);
        }
        to.Write7BitEncodedInt(_served.Length);
        foreach (long end in _served) to.Write7BitEncodedInt64(end);
    }

    public static Roles Read(BinaryReader from)
    {
        if (!from.ReadBoolean()) return None;
        var iterating = new IteratingDay[from.Read7BitEncodedInt()];
        for (int i = 0; i < iterating.Length; i++) iterating[i] = new(from.Read7BitEncodedInt(), Time(), Time(), Time());
        var served = new long[from.Read7BitEncodedInt()];
        for (int i = 0; i < served.Length; i++) served[i] = from.Read7BitEncodedInt64();
        return new Roles(iterating, served);

        long Time() => from.Read7BitEncodedInt64() is var time && time == 0 ? long.MaxValue : time;
    }

    /// <summary>Times after which the answer to what role it has can be another, with what a look back of <paramref name="window"/> makes of them; in no order.</summary>
    public IEnumerable<long> Changes(long window) => _iterating.SelectMany(d => (long[])[d.Answered, d.Small]).Where(t => t != long.MaxValue).Concat(_served).SelectMany(at => new[] { at, at + window });

    /// <summary>Many servers a day, or a few: does it resolve names by itself?</summary>
    public bool IsIterating(long time, PatternOptions options) => IsIterating(d => d.Answered, time, options) || IsIterating(d => d.Small, time, options);

    /// <summary>Do the same hours make it a server?</summary>
    public bool ServesAs(Roles other) => _served.AsSpan().SequenceEqual(other._served);

    public bool ServesDns(long time, PatternOptions options) => ServesSince(time, options) is not null;

    /// <summary>The computed role, the strongest first; null when there is none.</summary>
    public string? At(long time, PatternOptions options) =>
        this == None ? null : IsIterating(d => d.Answered, time, options) ? RoleNames.IteratingResolver : ServesDns(time, options) ? RoleNames.ServesDns : IsIterating(d => d.Small, time, options) ? RoleNames.SmallIterator : null;

    /// <summary>Times at which it began to act as an iterating resolver, answered or not, not having done so in the week before.</summary>
    public IEnumerable<long> BecameIterating(PatternOptions options)
    {
        foreach (var day in _iterating)
            if (day.Asked != long.MaxValue && !IsIterating(d => d.Asked, day.Asked, options) && IsIterating(d => d.Asked, day.Asked + 1, options)) yield return day.Asked;
    }

    /// <summary>Times at which it became a DNS server.</summary>
    public IEnumerable<long> BecameServing(PatternOptions options)
    {
        foreach (long end in _served)
            if (!ServesDns(end, options) && ServesDns(end + 1, options)) yield return end;
    }

    private bool IsIterating(Func<IteratingDay, long> complete, long time, PatternOptions options)
    {
        long from = time - (long)options.RoleWindow.TotalSeconds;
        int count = 0;
        for (int i = _iterating.Length - 1; i >= 0; i--)
        {
            // A day's evidence is complete on that day.
            if ((_iterating[i].Day + 1) * UnixTime.DaySeconds < from) break;
            long at = complete(_iterating[i]);
            if (at < time && at >= from && ++count == options.IteratingDays) return true;
        }
        return false;
    }

    private long? ServesSince(long time, PatternOptions options)
    {
        int count = 0;
        for (int i = _served.Length - 1; i >= 0; i--)
        {
            if (_served[i] >= time) continue;
            if (_served[i] < time - (long)options.RoleWindow.TotalSeconds) break;
            if (++count == options.ServesHours) return _served[i];
        }
        return null;
    }

    private static IteratingDay[] IteratingDays(InstanceHistory history, ResolverCatalog catalog, PatternOptions options)
    {
        var days = new SortedDictionary<int, DayEvidence>();
        foreach (var (endpoint, cells) in history.Pairs)
        {
            if (endpoint.Port != 53) continue;
            var entry = catalog.FindAddress(endpoint.Address, DnsTransport.Dns);
            if (entry is not null && !entry.Tier.IsAuthoritative()) continue;
            foreach (var cell in cells)
            {
                if (!cell.HasContact) continue;
                int day = UnixTime.Day(cell.FirstContact);
                if (!days.TryGetValue(day, out var evidence)) days.Add(day, evidence = new());
                evidence.Add(endpoint.Address, entry?.Tier, cell);
            }
        }
        return [.. days.Select(d => d.Value.Of(d.Key, options.IteratingServers)).Where(d => Math.Min(d.Asked, d.Small) != long.MaxValue)];
    }

    /// <summary>First contacts and first answers of a day.</summary>
    private sealed class DayEvidence
    {
        private readonly Dictionary<FlowLogs.IpAddress, long> _asked = [], _answered = [];
        private long _root = long.MaxValue, _rootAnswered = long.MaxValue, _authoritative = long.MaxValue, _unknown = long.MaxValue;

        public void Add(FlowLogs.IpAddress address, CatalogTier? tier, ContactHour cell)
        {
            long answered = cell.LastAnswer >= cell.FirstContact ? Math.Max(cell.FirstContact, cell.FirstAnswer) : long.MaxValue;
            if (tier is not null) _authoritative = Math.Min(_authoritative, answered);
            else _unknown = Math.Min(_unknown, answered);
            if (tier == CatalogTier.Authoritative)
            {
                _root = Math.Min(_root, cell.FirstContact);
                _rootAnswered = Math.Min(_rootAnswered, answered);
                return;
            }
            _asked[address] = Math.Min(_asked.GetValueOrDefault(address, long.MaxValue), cell.FirstContact);
            if (answered != long.MaxValue) _answered[address] = Math.Min(_answered.GetValueOrDefault(address, long.MaxValue), answered);
        }

        public IteratingDay Of(int day, int servers) => new(day, Enough(_root, _asked, servers), Enough(_rootAnswered, _answered, servers), Math.Max(_authoritative, _unknown));

        private static long Enough(long root, Dictionary<FlowLogs.IpAddress, long> seen, int servers) =>
            seen.Count < servers ? long.MaxValue : Math.Max(root, seen.Values.Order().ElementAt(servers - 1));
    }
}
