using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Names of roles, as rules' scopes and inventories write them.</summary>
public static class RoleNames
{
    /// <summary>Resolves names by itself, from the root servers down.</summary>
    public const string IteratingResolver = "iterating-resolver";
    /// <summary>Answers others from its own port 53.</summary>
    public const string ServesDns = "serves-dns";
    /// <summary>From the inventory only: nothing is exempt by behaviour that an attacker could cheaply imitate.</summary>
    public const string Scanner = "scanner";
}

/// <summary>
/// What an instance's records prove about its role (section 7 of the rules). Evidence for a contact at t lies in the week before t only, so a role never excuses what made it.
/// </summary>
internal sealed class Roles
{
    public static readonly Roles None = new([], []);

    /// <summary>Days on which it iterated, with the time at which the day's evidence was complete; ascending.</summary>
    private readonly (int Day, long Complete)[] _iterating;
    /// <summary>Hours in which it answered enough clients, by their last second; ascending.</summary>
    private readonly long[] _served;

    private Roles((int, long)[] iterating, long[] served)
    {
        _iterating = iterating;
        _served = served;
    }

    public static Roles Of(InstanceHistory history, ResolverCatalog catalog, PatternOptions options)
    {
        bool served = history.Pairs.TryGetValue(ContactHour.Served, out var servedCells);
        // Iterating takes a root server; few instances ever see one, so the rest is not looked at.
        bool roots = false;
        foreach (var endpoint in history.Pairs.Keys)
        {
            if (endpoint.Port != 53 || catalog.FindAddress(endpoint.Address, DnsTransport.Dns) is not { Tier: CatalogTier.Authoritative }) continue;
            roots = true;
            break;
        }
        if (!served && !roots) return None;
        long[] hours = served
            ? [.. servedCells!.Where(c => c.InnerSources.Count >= options.ServesClients).Select(c => (c.Hour + 1) * UnixTime.HourSeconds)]
            : [];
        return new Roles(roots ? IteratingDays(history, catalog, options) : [], hours);
    }

    /// <summary>For <see cref="SummaryContent"/>: what there is of evidence, nothing being told apart from none yet.</summary>
    public void Write(BinaryWriter to)
    {
        to.Write(this != None);
        if (this == None) return;
        to.Write7BitEncodedInt(_iterating.Length);
        foreach (var (day, complete) in _iterating)
        {
            to.Write7BitEncodedInt(day);
            to.Write7BitEncodedInt64(complete);
        }
        to.Write7BitEncodedInt(_served.Length);
        foreach (long end in _served) to.Write7BitEncodedInt64(end);
    }

    public static Roles Read(BinaryReader from)
    {
        if (!from.ReadBoolean()) return None;
        var iterating = new (int, long)[from.Read7BitEncodedInt()];
        for (int i = 0; i < iterating.Length; i++) iterating[i] = (from.Read7BitEncodedInt(), from.Read7BitEncodedInt64());
        var served = new long[from.Read7BitEncodedInt()];
        for (int i = 0; i < served.Length; i++) served[i] = from.Read7BitEncodedInt64();
        return new Roles(iterating, served);
    }

    /// <summary>Times after which the answer to what role it has can be another, with what a look back of <paramref name="window"/> makes of them; in no order.</summary>
    public IEnumerable<long> Changes(long window) => _iterating.Select(d => d.Complete).Concat(_served).SelectMany(at => new[] { at, at + window });

    public bool IsIterating(long time, PatternOptions options) => IteratingSince(time, options) is not null;

    public bool ServesDns(long time, PatternOptions options) => ServesSince(time, options) is not null;

    /// <summary>The computed role, the stronger first; null when there is none.</summary>
    public string? At(long time, PatternOptions options) =>
        IsIterating(time, options) ? RoleNames.IteratingResolver : ServesDns(time, options) ? RoleNames.ServesDns : null;

    /// <summary>Times at which it became an iterating resolver, not having been one in the week before.</summary>
    public IEnumerable<long> BecameIterating(PatternOptions options)
    {
        foreach (var (_, complete) in _iterating)
            if (!IsIterating(complete, options) && IsIterating(complete + 1, options)) yield return complete;
    }

    /// <summary>Times at which it became a DNS server.</summary>
    public IEnumerable<long> BecameServing(PatternOptions options)
    {
        foreach (long end in _served)
            if (!ServesDns(end, options) && ServesDns(end + 1, options)) yield return end;
    }

    private long? IteratingSince(long time, PatternOptions options)
    {
        int count = 0;
        for (int i = _iterating.Length - 1; i >= 0; i--)
        {
            if (_iterating[i].Complete >= time) continue;
            if (_iterating[i].Complete < time - (long)options.RoleWindow.TotalSeconds) break;
            if (++count == options.IteratingDays) return _iterating[i].Complete;
        }
        return null;
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

    /// <summary>A day counts from the moment at which a root server and enough uncatalogued servers had been asked on it.</summary>
    private static (int, long)[] IteratingDays(InstanceHistory history, ResolverCatalog catalog, PatternOptions options)
    {
        var roots = new SortedDictionary<int, long>();
        var servers = new Dictionary<int, Dictionary<FlowLogs.IpAddress, long>>();
        foreach (var (endpoint, cells) in history.Pairs)
        {
            if (endpoint.Port != 53) continue;
            var entry = catalog.FindAddress(endpoint.Address, DnsTransport.Dns);
            if (entry is not null && !entry.Tier.IsAuthoritative()) continue;
            foreach (var cell in cells)
            {
                if (!cell.HasContact) continue;
                int day = UnixTime.Day(cell.FirstContact);
                if (entry is { Tier: CatalogTier.Authoritative })
                {
                    roots[day] = Math.Min(roots.GetValueOrDefault(day, long.MaxValue), cell.FirstContact);
                    continue;
                }
                if (!servers.TryGetValue(day, out var seen)) servers.Add(day, seen = []);
                seen[endpoint.Address] = Math.Min(seen.GetValueOrDefault(endpoint.Address, long.MaxValue), cell.FirstContact);
            }
        }
        var days = new List<(int, long)>();
        foreach (var (day, root) in roots)
        {
            if (!servers.TryGetValue(day, out var seen) || seen.Count < options.IteratingServers) continue;
            long enough = seen.Values.Order().ElementAt(options.IteratingServers - 1);
            days.Add((day, Math.Max(root, enough)));
        }
        return [.. days];
    }
}
