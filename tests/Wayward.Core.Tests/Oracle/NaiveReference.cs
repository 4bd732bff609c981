using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Oracle;

/// <summary>What the reference gets wrong on purpose, to show that the comparison notices.</summary>
public enum NaiveBug { None, NoFallback, AlertsEstablish, FleetOfTwo, FleetOverAllTime, AddressesOfAPrefixDiffer, FanOutByUtcDay, FanOutBeforeFleet, RotationByAddress }

/// <summary>An instance of a naive world: its groups, narrowest first, the days on which it is observed, and its contacts.</summary>
public sealed record NaiveInstance(string Id, IReadOnlyList<string> Groups, int From, int To)
{
    public List<(string Address, DnsTransport Transport, long Start)> Contacts { get; } = [];
}

/// <summary>
/// First contacts, fleets, fan-outs and rotation in plain loops over contacts, with nothing of the engine but its catalogue and data types: what the references in SQL leave out.
/// </summary>
internal sealed class NaiveReference(IReadOnlyList<NaiveInstance> instances, ResolverCatalog catalog, DetectionOptions options, NaiveBug bug)
{
    /// <summary>An episode of one target, and whether its first contact alerts; <c>Cohort</c> is the group that decided.</summary>
    private sealed record Use(NaiveInstance Who, string Address, DnsTransport Transport, long Start, long End)
    {
        public bool? Alerts { get; set; }
        public string? Cohort { get; set; }
    }

    private readonly long _h = Seconds(options.HistoryWindow), _l = Seconds(options.Learning);
    private readonly List<Use> _uses = [];

    private static long Seconds(TimeSpan span) => (long)span.TotalSeconds;

    public List<string> Findings()
    {
        foreach (var who in instances)
            foreach (var target in who.Contacts.GroupBy(c => (c.Address, c.Transport)))
            {
                Use? open = null;
                foreach (long start in target.Select(c => c.Start).Order())
                {
                    if (open is not null && start - open.End <= _h)
                    {
                        _uses.Remove(open);
                        open = open with { End = Math.Max(open.End, start + 10) };
                    }
                    else open = new Use(who, target.Key.Address, target.Key.Transport, start, start + 10);
                    _uses.Add(open);
                }
            }
        var left = _uses.Where(Alert).OrderBy(u => u.Start).ThenBy(u => IpAddress.Parse(u.Address)).ThenBy(u => u.Transport).ThenBy(u => u.Who.Id, StringComparer.Ordinal).ToList();
        var found = new List<string>();
        if (bug == NaiveBug.FanOutBeforeFleet) FanOuts(left, found);
        Fleets(left, found);
        if (bug != NaiveBug.FanOutBeforeFleet) FanOuts(left, found);
        Rotations(left, found);
        foreach (var group in left.GroupBy(u => (Subject: u.Cohort ?? u.Who.Id, u.Transport, Target: Target(u))))
            foreach (var run in Runs(group.ToList(), (last, next) => next.Start - last.Max(u => u.End) <= _h)) found.Add(Row(FindingTypes.Of(group.Key.Transport), group.Key.Subject, group.Key.Transport, run));
        return [.. found.Order(StringComparer.Ordinal)];
    }

    private bool Alert(Use use)
    {
        if (use.Alerts is { } known) return known;
        use.Alerts = Decide(use);
        return use.Alerts.Value;
    }

    private bool Decide(Use use)
    {
        long t = use.Start;
        if (Age([use.Who], t) >= _l) return true;
        foreach (string group in bug == NaiveBug.NoFallback ? use.Who.Groups.Take(1) : use.Who.Groups)
        {
            var members = instances.Where(i => i.Groups.Contains(group)).ToList();
            long age = Age(members, t);
            int peers = members.Count(m => m != use.Who && World.At(m.From) < t && World.At(m.To) - 1 >= t - _h);
            if (age < _l || peers < options.CohortMinimumPeers) continue;
            int established = 0;
            foreach (var peer in members.Where(m => m != use.Who))
            {
                bool vouches = false;
                foreach (var other in _uses)
                {
                    if (other.Who != peer || other.Address != use.Address || other.Transport != use.Transport || other.Start >= t || other.End < t - _h) continue;
                    bool old = other.Start <= t - _l, learned = other.Start - (t - age) < _l;
                    if (!old && !learned) continue;
                    if (bug == NaiveBug.AlertsEstablish || other.Start <= t - Seconds(options.AlertedEstablishes) || !Alert(other)) vouches = true;
                }
                if (vouches) established++;
            }
            if (established >= options.CohortMinimumEstablished) return false;
            use.Cohort = group;
            return true;
        }
        return false;
    }

    /// <summary>How long one of them or another had been observed at a time, without a pause of more than H.</summary>
    private long Age(List<NaiveInstance> members, long t)
    {
        long since = -1, until = long.MinValue / 2;
        foreach (var (from, to) in members.Select(m => (From: World.At(m.From), To: World.At(m.To) - 1)).OrderBy(m => m.From))
        {
            if (from > t) break;
            if (from - until > _h) since = from;
            until = Math.Max(until, to);
        }
        return since < 0 || until < t ? 0 : t - since;
    }

    private void Fleets(List<Use> left, List<string> found)
    {
        long window = Seconds(options.Patterns.FleetWindow);
        foreach (var group in left.GroupBy(u => (u.Transport, Target: Target(u))).ToList())
            foreach (var run in Runs(group.ToList(), (last, next) => bug == NaiveBug.FleetOverAllTime || next.Start - last[^1].Start <= window))
            {
                int most = 0;
                foreach (var first in run) most = Math.Max(most, run.Where(u => u.Start >= first.Start && (bug == NaiveBug.FleetOverAllTime || u.Start <= first.Start + window)).Select(u => u.Who).Distinct().Count());
                if (most < (bug == NaiveBug.FleetOfTwo ? 2 : options.Patterns.FleetInstances)) continue;
                string? shared = run[0].Who.Groups.FirstOrDefault(g => run.All(u => u.Who.Groups.Contains(g)));
                found.Add(Row(FleetSwitch.Type, shared ?? "account:111122223333", group.Key.Transport, run));
                foreach (var use in run) left.Remove(use);
            }
    }

    private void FanOuts(List<Use> left, List<string> found)
    {
        long window = Seconds(options.Patterns.FanOutWindow), gap = Seconds(options.Patterns.FanOutGap);
        foreach (var group in left.GroupBy(u => u.Who).ToList())
            foreach (var run in Runs(group.ToList(), (last, next) => next.Start - last[^1].Start <= gap))
            {
                bool Within(Use first, Use other) => other.Start >= first.Start && (bug == NaiveBug.FanOutByUtcDay ? other.Start / 86_400 == first.Start / 86_400 : other.Start <= first.Start + window);
                if (!run.Exists(first => run.Where(u => Within(first, u)).Select(u => (u.Transport, Provider(u) is null ? Target(u) : u.Address)).Distinct().Count() >= options.Patterns.FanOutTargets)) continue;
                found.Add(Row(ResolverFanOut.Type, group.Key.Id, DnsTransport.Dns, run));
                foreach (var use in run) left.Remove(use);
            }
    }

    private void Rotations(List<Use> left, List<string> found)
    {
        long window = Seconds(options.Patterns.RotationWindow);
        foreach (var who in instances)
        {
            string? Operator(Use u) => bug == NaiveBug.RotationByAddress ? u.Address : Provider(u);
            var all = _uses.Where(u => u.Who == who && Provider(u) is not null).ToList();
            var begun = left.Where(u => u.Who == who && u.Cohort is null && Provider(u) is not null
                && !all.Exists(k => Operator(k) == Operator(u) && k.Start < u.Start - 86_400 && k.End >= u.Start - _h)).ToList();
            var members = new HashSet<Use>();
            foreach (var last in begun)
            {
                var recent = begun.Where(u => u.Start >= last.Start - window && u.Start <= last.Start).ToList();
                if (recent.Select(Operator).Distinct().Count() < options.Patterns.RotationNew) continue;
                if (all.Where(u => u.Start <= last.Start && u.End >= last.Start - window).Select(Operator).Distinct().Count() < options.Patterns.RotationProviders) continue;
                members.UnionWith(recent);
            }
            foreach (var run in Runs(left.Where(members.Contains).ToList(), (last, next) => next.Start - last.Max(u => u.End) <= _h)) found.Add(Row(ResolverRotation.Type, who.Id, DnsTransport.Dns, run));
        }
    }

    private static IEnumerable<List<Use>> Runs(List<Use> uses, Func<List<Use>, Use, bool> joins)
    {
        var run = new List<Use>();
        foreach (var use in uses)
        {
            if (run.Count > 0 && !joins(run, use))
            {
                yield return run;
                run = [];
            }
            run.Add(use);
        }
        if (run.Count > 0) yield return run;
    }

    private string? Provider(Use use) => catalog.Entries.FirstOrDefault(e => e.Prefix.Address.ToString() == use.Address)?.Provider;

    private string Target(Use use)
    {
        if (Provider(use) is { } provider) return provider;
        var address = IpAddress.Parse(use.Address);
        return address.IsIPv4 || bug == NaiveBug.AddressesOfAPrefixDiffer ? use.Address : address.Upper.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Row(FindingType type, string subject, DnsTransport transport, List<Use> run) =>
        $"{type} {subject} {transport} {run[0].Start} {run.Max(u => u.End)} {string.Join(',', run.Select(u => u.Who.Id).Distinct().Order(StringComparer.Ordinal))} {string.Join(',', run.Select(u => u.Address).Distinct().Order(StringComparer.Ordinal))}";

    /// <summary>A finding of the engine in the same words.</summary>
    public static string Row(Finding f) =>
        $"{f.Type} {f.Subject.Id} {f.Transport} {f.First} {f.Last} {string.Join(',', f.Members.Select(m => m.Id).Order(StringComparer.Ordinal))} {string.Join(',', f.Addresses.Select(a => a.Address.ToString()).Distinct().Order(StringComparer.Ordinal))}";
}
