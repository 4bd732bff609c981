using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A tunnel by volume (<see cref="DnsVolume"/>): one finding for an instance, whatever targets it went to and however long they have been in use.</summary>
public abstract class TunnelType(byte id, string name) : PatternType(id, name)
{
    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Tunnel;

    /// <summary>Is it about volumes that mostly went over port 53?</summary>
    private protected abstract bool IsPlain { get; }

    public override string WithoutOperator => "Several or unknown operators";

    internal sealed override FindingGroup Group(in Alert alert, bool providerMerge) =>
        new(this, SubjectOf(alert), IsPlain ? DnsTransport.Dns : DnsTransport.DoT, "any");

    internal sealed override bool CountsUnclear => true;

    internal sealed override DnsTransport Transport(FindingDraft draft) => draft.FirstAlert.Destination.Destination.Transport;

    internal sealed override string? Operator(FindingCase c) => c.Draft.Alerts.All(a => a.Destination.Provider == c.Provider) ? c.Provider : null;

    internal sealed override void Find(PatternSearch search)
    {
        foreach (var destination in search.Instance.Destinations.Concat(search.Instance.Unclear))
            foreach (var hours in destination.Tunnels)
                if (hours.Volume.IsPlain == IsPlain && IsObserved(search, hours.Start)) search.Add(this, destination, hours.Start, hours.End);
    }

    /// <summary>A data set with less than L of history yields no finding; the observation of one of its groups stands for a young member's.</summary>
    private static bool IsObserved(PatternSearch search, long time)
    {
        if (search.Instance.AgeAt(time) >= search.Parameters.Learning) return true;
        string[] groups = search.Parameters.Options.CohortFallback ? search.Instance.GroupsAt(time) : search.Instance.CohortAt(time) is { } only ? [only] : [];
        return Array.Exists(groups, group => search.Index.CohortAge(group, time) >= search.Parameters.Learning);
    }

    private protected sealed override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.TunnelSeverity, Sentence(c, c.Tunnel!.Value));

    private protected sealed override IEnumerable<ScoreFactor> More(FindingCase c)
    {
        var volume = c.Tunnel!.Value;
        int points = (int)Math.Floor(c.Patterns.TunnelGrowthSeverity * Math.Log10(Math.Max(1, volume.Times)));
        return points > 0 ? [new("volume", points, $"That is {Wording.Number((long)volume.Times)} times the {Wording.Number(volume.Least)} bytes from which on it is a finding; each factor of ten adds {Wording.Tenths(c.Patterns.TunnelGrowthSeverity)}.")] : [];
    }

    /// <summary>Confidence answers whether it is a tunnel, which the volume tells in every format.</summary>
    internal sealed override List<ScoreFactor> ConfidenceFactors(FindingCase c)
    {
        var k = c.Scoring.Confidence;
        var factors = new List<ScoreFactor> { new("start", c.Patterns.TunnelConfidence, "By volume, direction and size of packets; what the packets hold is not logged.") };
        if (c.Details.All(d => d.Alert.Destination.Entry is null)) factors.Add(new("uncatalogued", k.TunnelUncatalogued, "No catalogue names a resolver at any of its targets."));
        var hours = c.Details.SelectMany(d => d.Contacts).Order().DistinctBy(UnixTime.Hour).ToList();
        if (Regularity.Is(hours, c.Scoring, out double mean, out _)) factors.Add(new("regular", k.TunnelRegular, $"It goes on in {Wording.Count(hours.Count, "hour")}, about every {Wording.Span((long)Math.Round(mean))}."));
        if (c.Tunnel!.Value.MeanBytes > k.TunnelLargeBytes) factors.Add(new("large-packets", k.TunnelLarge, $"The mean packet has {Wording.Number(c.Tunnel.Value.MeanBytes)} bytes, more than {k.TunnelLargeBytes}."));
        if (c.Details.All(d => d.FirstEndpoint is { Port: 53, Protocol: 6 } && d.Alert.Destination.Begun <= d.Alert.Start - c.Parameters.History))
            factors.Add(new("zone-transfer", k.TunnelZoneTransfer, $"TCP 53 to a server in use for {Wording.Span(c.Parameters.History)}: a zone transfer looks the same."));
        if ((c.Flags & ContactFlags.SideFromAddresses) != 0) factors.Add(new("side-from-addresses", k.SideFromAddresses, "The format has no flow-direction: the side was told from the addresses."));
        return factors;
    }

    private protected sealed override string LastStep(FindingCase c) => "No rule expects these targets; how long they have been in use does not matter for volume. Finding.";

    private protected sealed override string Counterfactual(FindingCase c) => $"Would not have fired below {Wording.Number(c.Tunnel!.Value.Least)} bytes{Condition(c, c.Tunnel.Value)}.";

    private static string Condition(FindingCase c, in DnsVolume volume) => volume.Rule switch
    {
        VolumeRule.HourlyQuestions => $" within an hour, nor with packets under {c.Patterns.TunnelMeanBytes} bytes (IPv6 {c.Patterns.TunnelMeanBytesV6})",
        VolumeRule.UnusualHour => $" within an hour, nor below {c.Patterns.TunnelVolumeFactor} times the instance's own 95th percentile of hours",
        VolumeRule.DailyQuestions => $" within {Wording.Span((long)c.Patterns.TunnelWindow.TotalSeconds)}, nor with packets under {c.Patterns.TunnelDayMeanBytes} bytes (IPv6 {c.Patterns.TunnelDayMeanBytesV6})",
        VolumeRule.DailyAnswers => $" received within {Wording.Span((long)c.Patterns.TunnelWindow.TotalSeconds)}, nor with packets under {c.Patterns.TunnelAnswerMeanBytes} bytes",
        _ => $" within {Wording.Span((long)c.Patterns.TunnelWindow.TotalSeconds)}, nor had as much come back",
    };

    /// <summary>How much went where and when, in a sentence.</summary>
    internal static string Sentence(FindingCase c, in DnsVolume volume)
    {
        bool received = volume.Rule == VolumeRule.DailyAnswers;
        string target = volume.Targets > 1 ? Wording.Count(volume.Targets, "DNS server") : c.Draft.Alerts.Select(a => a.Destination.Destination.Address).Distinct().Count() == 1 ? c.Destination.Address.ToString() : "one DNS server";
        string text = $"{Wording.Number(volume.Bytes)} bytes {(received ? "came from" : "went to")} {target} between {Wording.Moment(volume.From)} and {Wording.Moment(volume.To)}, {Wording.Number(volume.MeanBytes)} bytes a packet";
        return volume.Usual > 0 ? $"{text}; of its own hours before, 95 % stayed under {Wording.Number(volume.Usual + 1)} bytes."
            : $"{text}, against {Wording.Number(volume.Other)} {(received ? "sent" : "received")}.";
    }
}
