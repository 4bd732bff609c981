using System.Buffers.Binary;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Serialization;
using Wayward.Core.Triage;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

internal static class FindingMapping
{
    private const int MaxSearchLength = 4_000;

    /// <summary>Copies what the engine says into the queue's columns; triage is not touched.</summary>
    public static void CopyTo(this Finding f, FindingEntity row, string json, string why)
    {
        row.Id = f.Id;
        row.GroupId = f.GroupId;
        row.Type = f.Type.Id;
        row.SubjectKind = (byte)f.Subject.Kind;
        row.SubjectId = f.Subject.Id;
        row.InstanceName = f.InstanceName;
        row.AccountId = f.AccountId;
        row.VpcId = f.VpcId;
        row.Asg = f.Asg;
        row.Transport = (byte)f.Transport;
        row.Provider = f.Provider;
        row.Address = f.FirstAddress?.Address.ToString() ?? "";
        row.Target = f.Provider ?? row.Address;
        row.AddressCount = f.Addresses.Count;
        row.MemberCount = f.Members.Count;
        row.Basis = (byte)f.Basis;
        row.Outcome = (byte)f.Outcome;
        row.Severity = f.Severity;
        row.Band = (byte)SeverityBands.Of(f.Severity);
        row.Confidence = f.Confidence;
        row.First = f.First;
        row.Last = f.Last;
        row.Count = f.Count;
        row.Bytes = f.Out.Bytes + f.In.Bytes;
        row.Reported = f.Reported;
        row.Provisional = f.Provisional;
        row.Why = why;
        row.Search = SearchText(f);
        row.ContentHash = ContentHash(json);
    }

    public static StoredFinding ToStored(FindingEntity row, string json, IReadOnlyList<string> supersedes) => new()
    {
        Finding = WaywardJson.ReadFinding(json), Status = (FindingStatus)row.Status, Resolution = (Resolution)row.Resolution, Assignee = row.Assignee,
        ExpectedTargetId = row.ExpectedTargetId, IncidentId = row.IncidentId, Revision = row.Revision, DetectedAt = row.DetectedAt, UpdatedAt = row.UpdatedAt, Note = row.Note, Supersedes = supersedes,
    };

    private static string SearchText(Finding f)
    {
        var words = new List<string?> { f.Id, f.Subject.Id, f.InstanceName, f.AccountId, f.VpcId, f.SubnetId, f.Asg, f.Provider };
        words.AddRange(f.Addresses.Select(a => a.Address.ToString()));
        words.AddRange(f.Members.Select(m => m.Id));
        string text = string.Join('\n', words.Where(w => !string.IsNullOrEmpty(w))).ToLowerInvariant();
        return text.Length <= MaxSearchLength ? text : text[..MaxSearchLength];
    }

    public static long ContentHash(string json)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(json), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
    }

    public static readonly Expression<Func<FindingEntity, FindingRow>> ToRow = f => new FindingRow
    {
        Id = f.Id,
        Type = FindingTypes.Find(f.Type),
        Subject = new Subject((SubjectKind)f.SubjectKind, f.SubjectId),
        InstanceName = f.InstanceName,
        AccountId = f.AccountId,
        VpcId = f.VpcId,
        Asg = f.Asg,
        Transport = (DnsTransport)f.Transport,
        Provider = f.Provider,
        Address = f.Address,
        AddressCount = f.AddressCount,
        MemberCount = f.MemberCount,
        Basis = (FindingBasis)f.Basis,
        Outcome = (ContactOutcome)f.Outcome,
        Severity = f.Severity,
        Confidence = f.Confidence,
        First = f.First,
        Last = f.Last,
        Count = f.Count,
        Status = (FindingStatus)f.Status,
        Resolution = (Resolution)f.Resolution,
        Assignee = f.Assignee,
        Reported = f.Reported,
        Provisional = f.Provisional,
        Why = f.Why,
        Revision = f.Revision,
        DetectedAt = f.DetectedAt,
        IncidentId = f.IncidentId,
    };
}
