using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>An episode that alerts.</summary>
internal readonly record struct Alert(DestinationSummary Destination, EpisodeSpan Episode, Evaluation Evaluation, FindingType Type)
{
    public InstanceSummary Instance => Destination.Instance;
    public long Start => Evaluation.Start;
    public long End => Episode.End;

    /// <summary>By start, then address, then instance: a stable order for joining.</summary>
    public static int Order(Alert a, Alert b) =>
        a.Start.CompareTo(b.Start) is var s && s != 0 ? s
        : a.Destination.Destination.CompareTo(b.Destination.Destination) is var d && d != 0 ? d
        : a.Instance.Key.CompareTo(b.Instance.Key);
}

/// <summary>What findings are told apart by: (type, subject, transport, provider or address).</summary>
internal readonly record struct FindingGroup(FindingType Type, Subject Subject, DnsTransport Transport, string Target)
{
    /// <summary>
    /// What first contacts with one target share: the operator, or for an uncatalogued one its address, of which the last 64 bits of IPv6 are the owner's to choose.
    /// </summary>
    public static string TargetOf(DestinationSummary destination, bool providerMerge)
    {
        var address = destination.Destination.Address;
        if (!providerMerge) return "address:" + address;
        if (destination.Provider is { } provider) return "provider:" + provider;
        return address.IsIPv4 ? "address:" + address : "net:" + new IpAddress(address.Upper, 0) + "/64";
    }

    public static FindingGroup Of(in Alert alert, bool providerMerge) => alert.Type.Group(alert, providerMerge);

    /// <summary>32 hex digits.</summary>
    public string Id => Hash(Text);

    /// <summary>The identity of a finding in this group: 32 hex digits over the group and the start of its first episode.</summary>
    public string FindingId(long start) => Hash(string.Create(CultureInfo.InvariantCulture, $"{Text}\n{start}"));

    private string Text => string.Create(CultureInfo.InvariantCulture, $"{Type.Id}\n{(byte)Subject.Kind}\n{Subject.Id}\n{(byte)Transport}\n{Target}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}

/// <summary>A finding in the making: alerting episodes of one group that follow each other within H.</summary>
internal sealed class FindingDraft(FindingGroup group, Alert first)
{
    private readonly List<Alert> _alerts = [first];

    public FindingGroup Group { get; } = group;
    /// <summary>Who the finding is about: where the group's members have nothing narrower in common, the group's subject.</summary>
    public Subject Subject => Group.Type.Subject(this);
    /// <summary>Ascending by start.</summary>
    public IReadOnlyList<Alert> Alerts => _alerts;
    public Alert FirstAlert => _alerts[0];
    public long First => FirstAlert.Start;
    /// <summary>Start of the latest first contact in it.</summary>
    public long LastStart => _alerts[^1].Start;
    public long Last { get; private set; } = first.End;
    /// <summary>Drafts of the same group before this one, ascending.</summary>
    public IReadOnlyList<FindingDraft> Earlier { get; init; } = [];

    public void Join(Alert alert)
    {
        _alerts.Add(alert);
        Last = Math.Max(Last, alert.End);
    }

    /// <summary>Joins the alerts of one group as its type says.</summary>
    public static List<FindingDraft> Of(FindingGroup group, List<Alert> alerts, Parameters parameters)
    {
        alerts.Sort(Alert.Order);
        var drafts = new List<FindingDraft>(1);
        foreach (var alert in alerts)
        {
            if (drafts.Count > 0 && group.Type.Joins(drafts[^1], alert, parameters)) drafts[^1].Join(alert);
            else drafts.Add(new FindingDraft(group, alert) { Earlier = [.. drafts] });
        }
        return drafts;
    }
}
