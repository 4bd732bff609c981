using System.Globalization;

namespace Wayward.Core.Detection;

/// <summary>Why nothing can be said about an hour of an instance.</summary>
public enum BlindReason : byte
{
    /// <summary>The instance is younger than L, and none of its groups is mature: what it contacts is learned.</summary>
    Learning = 1,
    /// <summary>The flow logs hold no record of that hour.</summary>
    NoCoverage = 2,
    /// <summary>The interface is managed by AWS (NAT gateway, load balancer): its records name no instance.</summary>
    ServiceInterface = 3,
    /// <summary>Records with a DNS port do not tell which side is the instance.</summary>
    UnresolvedSide = 4,
}

public static class BlindReasons
{
    /// <summary>Output names: <c>learning</c>, <c>no-coverage</c>, <c>service-interface</c>, <c>unresolved-side</c>.</summary>
    public static string Name(this BlindReason reason) => reason switch
    {
        BlindReason.Learning => "learning",
        BlindReason.NoCoverage => "no-coverage",
        BlindReason.ServiceInterface => "service-interface",
        BlindReason.UnresolvedSide => "unresolved-side",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    /// <summary>What it is, and what the operator can do about it.</summary>
    public static string Advice(this BlindReason reason) => reason switch
    {
        BlindReason.Learning => "instances younger than the learning time without a mature group; add asg-tag to the format, or load an inventory that names Auto Scaling groups or images, so that their group evaluates them",
        BlindReason.NoCoverage => "hours without any record; look for a gap in the delivery, and for filters before Wayward",
        BlindReason.ServiceInterface => "interfaces of AWS services, such as a NAT gateway, which name no instance; add flow logs of the subnets of the instances",
        BlindReason.UnresolvedSide => "records that do not tell which side is the instance; add flow-direction to the format, or load an inventory with addresses",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}

/// <summary>Hours of the instances of one account and VPC.</summary>
/// <param name="Account">Null when the records name none.</param>
/// <param name="Vpc">The same.</param>
/// <param name="Hours">All, in which the instances were seen or lay between two hours in which they were.</param>
/// <param name="Blind">Those of them about which nothing can be said, by reason; only reasons that occur.</param>
public sealed record BlindnessRow(string? Account, string? Vpc, long Hours, IReadOnlyDictionary<BlindReason, long> Blind);

/// <summary>How much of what was logged can be evaluated at all. Without it, the absence of findings would say too much.</summary>
/// <param name="Rows">Ascending by account and VPC.</param>
public sealed record BlindnessMeter(IReadOnlyList<BlindnessRow> Rows)
{
    /// <summary>Above this share of an account's hours a notice says so.</summary>
    public const double NoticeAbove = 0.2;

    public static readonly BlindnessMeter Empty = new([]);

    public long Hours => Rows.Sum(r => r.Hours);
    public long BlindHours => Rows.Sum(Blind);
    /// <summary>0 to 1; 0 when nothing was seen.</summary>
    public double Share => Hours == 0 ? 0 : Math.Min(1, BlindHours / (double)Hours);

    /// <summary>One for each account of which too little can be evaluated.</summary>
    public IEnumerable<string> Notices()
    {
        foreach (var account in Rows.GroupBy(r => r.Account))
        {
            long hours = account.Sum(r => r.Hours), blind = account.Sum(Blind);
            if (hours == 0 || blind <= hours * NoticeAbove) continue;
            var reasons = account.SelectMany(r => r.Blind).GroupBy(b => b.Key, b => b.Value).Select(g => (Reason: g.Key, Hours: g.Sum())).OrderByDescending(r => r.Hours).ThenBy(r => r.Reason);
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{Percent(blind, hours)} of {hours:N0} instance-hours of {(account.Key is { } id ? "account " + id : "an unnamed account")} cannot be evaluated: ")
                + string.Join("; ", reasons.Select(r => $"{Percent(r.Hours, hours)} {r.Reason.Advice()}")) + ".";
        }
    }

    private static string Percent(long part, long whole) => string.Create(CultureInfo.InvariantCulture, $"{Math.Min(100, 100.0 * part / whole):0.#} %");

    private static long Blind(BlindnessRow row) => Math.Min(row.Hours, row.Blind.Values.Sum());
}
