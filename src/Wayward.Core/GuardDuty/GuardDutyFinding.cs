using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.GuardDuty;

/// <summary>A finding of Amazon GuardDuty of one of the types that Wayward has too, as far as it is compared.</summary>
/// <param name="Type">As GuardDuty names it, such as <c>DefenseEvasion:EC2/UnusualDNSResolver</c>.</param>
/// <param name="Remote">The last remote address: GuardDuty overwrites it when it counts on. Null when it names none.</param>
/// <param name="Protocol">IANA number; 0 when unknown.</param>
/// <param name="First">Unix seconds.</param>
/// <param name="Last">Unix seconds.</param>
/// <param name="UpdatedAt">Unix milliseconds.</param>
/// <param name="Severity">Tenths.</param>
public sealed record GuardDutyFinding(
    string Account, string Region, string Id, string Type, string? Instance, IpAddress? Remote, int Port, int Protocol, long First, long Last, long UpdatedAt, long Count, int Severity, bool Archived, string Title)
{
    /// <summary>The types that are compared, with the transports that each is about.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<DnsTransport>> Types { get; } = new Dictionary<string, IReadOnlyList<DnsTransport>>
    {
        ["DefenseEvasion:EC2/UnusualDNSResolver"] = [DnsTransport.Dns],
        ["DefenseEvasion:EC2/UnusualDoHActivity"] = [DnsTransport.DoH, DnsTransport.DoH3],
        ["DefenseEvasion:EC2/UnusualDoTActivity"] = [DnsTransport.DoT],
    };

    /// <summary>The same finding may come again, with a higher count; the newest stands, whatever the order of arrival.</summary>
    public (string Account, string Region, string Id) Key => (Account, Region, Id);

    public bool IsNewerThan(GuardDutyFinding other) => (UpdatedAt, Count).CompareTo((other.UpdatedAt, other.Count)) > 0;
}

/// <param name="Line">1-based; 0 when it is about the file as a whole.</param>
public sealed record GuardDutyProblem(string File, long Line, string Reason);

/// <summary>What one or more files held.</summary>
public sealed class GuardDutyImport
{
    private readonly Dictionary<(string, string, string), GuardDutyFinding> _findings = [];
    private readonly List<GuardDutyProblem> _problems = [];

    /// <summary>Problems kept; more are counted only.</summary>
    public const int MaxProblems = 100;

    /// <summary>The newest of each key.</summary>
    public IReadOnlyCollection<GuardDutyFinding> Findings => _findings.Values;
    /// <summary>Findings that GuardDuty made as samples.</summary>
    public int Samples { get; internal set; }
    /// <summary>Findings of other types, or of other products in Security Hub's form.</summary>
    public int OtherTypes { get; internal set; }
    /// <summary>Older states of findings, and repetitions.</summary>
    public int Superseded { get; private set; }
    public int ProblemCount { get; private set; }
    public IReadOnlyList<GuardDutyProblem> Problems => _problems;

    internal void Add(GuardDutyFinding finding)
    {
        if (!_findings.TryGetValue(finding.Key, out var known))
        {
            _findings.Add(finding.Key, finding);
            return;
        }
        Superseded++;
        if (finding.IsNewerThan(known)) _findings[finding.Key] = finding;
    }

    internal void Problem(string file, long line, string reason)
    {
        ProblemCount++;
        if (_problems.Count < MaxProblems) _problems.Add(new(file, line, reason));
    }
}
