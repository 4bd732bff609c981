using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Incidents;

/// <summary>What two findings share.</summary>
[Flags]
public enum Kinship : byte
{
    None = 0,
    /// <summary>An instance is a member of both.</summary>
    SameInstance = 1,
    /// <summary>The same operator, or the same address where there is no operator.</summary>
    SameTarget = 2,
    /// <summary>The same Auto Scaling group.</summary>
    SameGroup = 4,
    /// <summary>On the same instance, within a day, one by another transport than the other, and a block or an evasion among them.</summary>
    EvasionChain = 8,
}

/// <summary>The facts of a finding that kinship is decided by.</summary>
/// <param name="Target">Operator, else first address.</param>
public sealed record KinshipFacts(FindingType Type, DnsTransport Transport, string Target, string? Asg, ContactOutcome Outcome, long First);

public static class Kinships
{
    /// <summary>Longest time between the first contacts of two links of an evasion chain, seconds.</summary>
    public const long ChainSeconds = 86_400;

    /// <param name="sharesInstance">A member of one is a member of the other.</param>
    public static Kinship Between(KinshipFacts a, KinshipFacts b, bool sharesInstance)
    {
        var kinship = Kinship.None;
        if (sharesInstance) kinship |= Kinship.SameInstance;
        if (a.Target.Length > 0 && a.Target == b.Target) kinship |= Kinship.SameTarget;
        if (a.Asg is { Length: > 0 } && a.Asg == b.Asg) kinship |= Kinship.SameGroup;
        if (sharesInstance && Math.Abs(a.First - b.First) <= ChainSeconds && (IsEvasion(a) || IsEvasion(b) || (a.Transport != b.Transport && (IsBlocked(a) || IsBlocked(b)))))
            kinship |= Kinship.EvasionChain;
        return kinship;
    }

    /// <summary>Close enough to be proposed as chosen: links of a chain, and what the same instance did within a day.</summary>
    public static bool IsClose(Kinship kinship, long apart) => kinship.HasFlag(Kinship.EvasionChain) || (kinship.HasFlag(Kinship.SameInstance) && Math.Abs(apart) <= ChainSeconds);

    /// <summary>In words, strongest first: "evasion chain, same instance".</summary>
    public static string Words(Kinship kinship)
    {
        List<string> words = [];
        if (kinship.HasFlag(Kinship.EvasionChain)) words.Add("evasion chain");
        if (kinship.HasFlag(Kinship.SameInstance)) words.Add("same instance");
        if (kinship.HasFlag(Kinship.SameTarget)) words.Add("same target");
        if (kinship.HasFlag(Kinship.SameGroup)) words.Add("same group");
        return string.Join(", ", words);
    }

    private static bool IsEvasion(KinshipFacts facts) => facts.Type == EvasionAfterBlock.Type;

    private static bool IsBlocked(KinshipFacts facts) => facts.Outcome is ContactOutcome.Blocked or ContactOutcome.AnswerBlocked;
}
