using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>Detections beyond first contacts (section 10 of the rules), over the alerts of all candidates.</summary>
internal sealed class PatternFinder(Parameters parameters, DetectionIndex index)
{
    private readonly PatternOptions _options = parameters.Options.Patterns;

    /// <summary>
    /// Takes the single alerts of a fan-out out of one instance's alerts and adds what the patterns find in them and in its hours. <see cref="Fleet"/> comes after all instances.
    /// </summary>
    public void Apply(List<Alert> alerts, InstanceSummary instance)
    {
        var found = new List<Alert>();
        var own = alerts.Where(a => a.Evaluation.Decision == EpisodeDecision.Alert).ToList();
        if (own.Count > 0)
        {
            var members = new HashSet<Alert>();
            own.Sort(Alert.Order);
            FanOut(own, found, members);
            own.RemoveAll(members.Contains);
            Rotation(own, found);
            Evasion(own, found);
            if (members.Count > 0) alerts.RemoveAll(members.Contains);
        }
        Tunnels(instance, found);
        BecameResolver(instance, found);
        alerts.AddRange(found);
    }

    /// <summary>Many new targets in one UTC day: one finding, and the single ones become its members.</summary>
    private void FanOut(List<Alert> sorted, List<Alert> found, HashSet<Alert> members)
    {
        foreach (var day in sorted.Where(a => a.Destination.Destination.Transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ).GroupBy(a => UnixTime.Day(a.Start)))
        {
            if (day.Select(a => a.Destination.Destination).Distinct().Count() < _options.FanOutTargets) continue;
            foreach (var alert in day)
            {
                members.Add(alert);
                found.Add(alert with { Type = FindingType.ResolverFanOut });
            }
        }
    }

    /// <summary>Several operators within a week, most of them new.</summary>
    private void Rotation(List<Alert> sorted, List<Alert> found)
    {
        long window = (long)_options.RotationWindow.TotalSeconds;
        var reported = new HashSet<Alert>();
        foreach (var last in sorted)
        {
            if (last.Destination.Provider is null) continue;
            long from = last.Start - window;
            var recent = sorted.Where(a => a.Start > from && a.Start <= last.Start && a.Destination.Provider is not null).ToList();
            if (recent.Select(a => a.Destination.Provider).Distinct(StringComparer.Ordinal).Count() < _options.RotationNew) continue;
            var providers = last.Instance.Destinations
                .Where(d => d.Provider is not null && d.Episodes.Any(e => e.Start <= last.Start && e.End > from))
                .Select(d => d.Provider!).Distinct(StringComparer.Ordinal).Count();
            if (providers < _options.RotationProviders) continue;
            foreach (var alert in recent)
                if (reported.Add(alert)) found.Add(alert with { Type = FindingType.ResolverRotation });
        }
    }

    /// <summary>A rejected plain query, then a new way around it. Whether the way was answered is seen when the finding is built.</summary>
    private void Evasion(List<Alert> sorted, List<Alert> found)
    {
        foreach (var alert in sorted)
            if (RejectedBefore(alert, parameters) is not null) found.Add(alert with { Type = FindingType.EvasionAfterBlock });
    }

    /// <summary>
    /// The target whose reject the new contact goes around, or null. Not: 853 rejected and then plain DNS, a normal fallback; nor DoT tried on another server.
    /// </summary>
    public static Destination? RejectedBefore(in Alert alert, Parameters parameters)
    {
        var target = alert.Destination.Destination;
        if (target.Transport == DnsTransport.Dns) return null;
        long t = alert.Start, window = (long)parameters.Options.Patterns.EvasionWindow.TotalSeconds;
        foreach (var reject in alert.Instance.Rejects)
        {
            if (reject.Destination == target || (target.Transport == DnsTransport.DoT && reject.Destination.Transport != DnsTransport.Dns)) continue;
            if (reject.First <= t && reject.Last >= t - window) return reject.Destination;
        }
        return null;
    }

    /// <summary>Many instances of several cohorts begin one target within a day: one finding about the fleet beside the single ones.</summary>
    /// <param name="alerts">All first-contact alerts on one destination; gets sorted.</param>
    public List<Alert> Fleet(List<Alert> alerts)
    {
        var found = new List<Alert>();
        if (alerts.Count < _options.FleetInstances) return found;
        long window = (long)_options.FleetWindow.TotalSeconds;
        alerts.Sort(Alert.Order);
        for (int first = 0; first < alerts.Count;)
        {
            int end = first;
            while (end < alerts.Count && alerts[end].Start - alerts[first].Start <= window) end++;
            var begun = alerts[first..end];
            bool many = begun.Select(a => a.Instance).Distinct().Count() >= _options.FleetInstances
                && begun.Select(a => a.Instance.CohortAt(a.Start)).Where(c => c is not null).Distinct(StringComparer.Ordinal).Count() >= _options.FleetCohorts;
            if (many) found.AddRange(begun.Select(a => a with { Type = FindingType.FleetSwitch }));
            first = many ? end : first + 1;
        }
        return found;
    }

    private void Tunnels(InstanceSummary instance, List<Alert> found)
    {
        foreach (var destination in instance.Destinations)
        {
            foreach (var hour in destination.Tunnels)
            {
                long age = instance.AgeAt(hour.Start);
                // A data set with less than L of history yields no finding; a cohort's observation stands for a young member's.
                if (age < parameters.Learning && (instance.CohortAt(hour.Start) is not { } cohort || index.CohortAge(cohort, hour.Start) < parameters.Learning)) continue;
                var type = destination.Destination.Transport == DnsTransport.Dns ? FindingType.DnsTunnel : FindingType.EncryptedDnsTunnel;
                found.Add(new Alert(destination, new EpisodeSpan(hour.Start, hour.End, long.MaxValue, 0), new Evaluation(EpisodeDecision.Alert, hour.Start, age, null, 0), type));
            }
        }
    }

    /// <summary>The first time the role is true at an age over L. A server that always was one is no news.</summary>
    private void BecameResolver(InstanceSummary instance, List<Alert> found)
    {
        foreach (long time in instance.Roles.BecameIterating(_options))
        {
            if (instance.AgeAt(time) < parameters.Learning) continue;
            var root = instance.Destinations.FirstOrDefault(d => d.Entry is { Tier: CatalogTier.Authoritative } && d.UsedBefore(time + 1, parameters, out _));
            if (root is not null) found.Add(Became(root, time));
        }
        foreach (long time in instance.Roles.BecameServing(_options))
        {
            if (instance.AgeAt(time) < parameters.Learning) continue;
            found.Add(Became(new DestinationSummary { Instance = instance, Destination = new Destination(ContactHour.Served.Address, DnsTransport.Dns), Episodes = [new EpisodeSpan(time, time, long.MaxValue, 0)] }, time));
        }

        Alert Became(DestinationSummary destination, long time) =>
            new(destination, new EpisodeSpan(time, time, long.MaxValue, 0), new Evaluation(EpisodeDecision.Alert, time, instance.AgeAt(time), null, 0), FindingType.BecameResolver);
    }
}
