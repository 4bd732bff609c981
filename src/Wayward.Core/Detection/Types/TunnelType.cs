using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A tunnel by the volume of single hours (<see cref="TunnelHours"/>). How long the target has been in use does not matter.</summary>
public abstract class TunnelType(byte id, string name) : PatternType(id, name)
{
    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Tunnel;

    /// <summary>Is it about tunnels over this transport?</summary>
    private protected abstract bool Uses(DnsTransport transport);

    private protected sealed override string LastStep(FindingCase c) => "No rule expects that target; how long it has been in use does not matter for volume. Finding.";

    internal sealed override void Find(PatternSearch search)
    {
        foreach (var destination in search.Instance.Destinations)
        {
            if (!Uses(destination.Destination.Transport)) continue;
            foreach (var hour in destination.Tunnels)
                if (IsObserved(search, hour.Start)) search.Add(this, destination, hour.Start, hour.End);
        }
    }

    /// <summary>A data set with less than L of history yields no finding; a cohort's observation stands for a young member's.</summary>
    private static bool IsObserved(PatternSearch search, long time) => search.Instance.AgeAt(time) >= search.Parameters.Learning
        || (search.Instance.CohortAt(time) is { } cohort && search.Index.CohortAge(cohort, time) >= search.Parameters.Learning);

    /// <summary>How much went where in an hour, in a sentence.</summary>
    internal static string Volume(FindingCase c, TunnelHour hour)
    {
        string text = $"{Wording.Number(hour.Bytes)} bytes went to {c.Destination.Address} in the hour from {Wording.Moment(hour.Start)}, {Wording.Number(hour.MeanBytes)} bytes a packet";
        return c.Transport == DnsTransport.Dns
            ? text + (hour.Usual > 0 ? $"; of its own hours before, 95 % stayed under {Wording.Number(hour.Usual + 1)} bytes." : ".")
            : text + $", against {Wording.Number(hour.Received)} received.";
    }
}
