namespace Wayward.FlowLogs;

/// <summary>Every field of AWS's flow-log table, versions 2 to 11 (6 has none of its own), in its order.</summary>
public enum FlowField : byte
{
    Version, AccountId, InterfaceId, SourceAddress, DestinationAddress, SourcePort, DestinationPort, Protocol, Packets, Bytes, Start, End, Action, LogStatus,
    VpcId, SubnetId, InstanceId, TcpFlags, Type, PacketSourceAddress, PacketDestinationAddress,
    Region, AzId, SublocationType, SublocationId,
    PacketSourceService, PacketDestinationService, FlowDirection, TrafficPath,
    EcsClusterArn, EcsClusterName, EcsContainerInstanceArn, EcsContainerInstanceId, EcsContainerId, EcsSecondContainerId, EcsServiceName,
    EcsTaskDefinitionArn, EcsTaskArn, EcsTaskId,
    RejectReason,
    ResourceId,
    EncryptionStatus,
    InstanceTag, InstanceTag2, InterfaceTag, InterfaceTag2, AsgTag, AsgTag2, InterfaceType,
    NextHopInterfaceId, NextHopSubnetId, NextHopAzId, NextHopVpcId, NextHopInterfaceType,
}

/// <summary>How much a column matters here.</summary>
public enum ColumnNeed : byte
{
    /// <summary>Not read.</summary>
    Ignored,
    /// <summary>Sharpens findings.</summary>
    Useful,
    /// <summary>Its absence weakens detection.</summary>
    Important,
    /// <summary>An object without it is refused (of some pairs either is enough).</summary>
    Required,
}

/// <summary>One field of AWS's table.</summary>
/// <param name="Name">As AWS writes it, hyphenated.</param>
/// <param name="Version">Flow-log version that brought it.</param>
/// <param name="Use">What Wayward takes from it.</param>
/// <param name="Cost">What detection loses where a format lacks it; empty when nothing.</param>
public sealed record FlowColumn(FlowField Field, string Name, int Version, ColumnNeed Need, string Use, string Cost);

/// <summary>The field table of AWS's flow logs with what each field is worth to detection. Source: AWS VPC user guide, "Flow log records".</summary>
public static class FlowColumns
{
    private const string Context = "Not read.";

    public static IReadOnlyList<FlowColumn> All { get; } =
    [
        new(FlowField.Version, "version", 2, ColumnNeed.Useful, "Identifies a layout without a header.", ""),
        new(FlowField.AccountId, "account-id", 2, ColumnNeed.Useful, "Account of the instance: scope of rules, fleet view.", "Rules and views by account do not work."),
        new(FlowField.InterfaceId, "interface-id", 2, ColumnNeed.Required, "The subject where there is no instance-id, and the key to the inventory.", "Without instance-id too the object is refused; with it, interfaces are not shown and the inventory cannot help."),
        new(FlowField.SourceAddress, "srcaddr", 2, ColumnNeed.Required, "Local or remote address.", "Refused, unless pkt-srcaddr and pkt-dstaddr are both there."),
        new(FlowField.DestinationAddress, "dstaddr", 2, ColumnNeed.Required, "Remote or local address.", "Refused, unless pkt-srcaddr and pkt-dstaddr are both there."),
        new(FlowField.SourcePort, "srcport", 2, ColumnNeed.Required, "Separates queries from answers.", "Refused: queries and answers cannot be separated."),
        new(FlowField.DestinationPort, "dstport", 2, ColumnNeed.Required, "Identifies DNS, DoT, DoQ and DoH.", "Refused: no DNS transport can be identified."),
        new(FlowField.Protocol, "protocol", 2, ColumnNeed.Required, "TCP or UDP: DoT or DoQ, DoH or DoH3.", "Refused: transports that share a port cannot be separated."),
        new(FlowField.Packets, "packets", 2, ColumnNeed.Useful, "Sums, and the packet size behind the tunnelling factor.", "No packet counts, and no tunnelling factor."),
        new(FlowField.Bytes, "bytes", 2, ColumnNeed.Useful, "Sums, and the volume behind the tunnelling factor.", "No volumes, and no tunnelling factor."),
        new(FlowField.Start, "start", 2, ColumnNeed.Required, "The time of hour cells, episodes and coverage.", "Taken from end, up to ten minutes late; refused when end is missing too."),
        new(FlowField.End, "end", 2, ColumnNeed.Important, "The end of a contact: the gap to the next contact starts there.", "Taken from start: gaps look up to ten minutes longer."),
        new(FlowField.Action, "action", 2, ColumnNeed.Important, "Blocked, answered or refused.", "Blocked contacts look like successful ones and evasion after a block is not seen."),
        new(FlowField.LogStatus, "log-status", 2, ColumnNeed.Important, "NODATA proves that an interface was observed, SKIPDATA that records were lost.", "Silence and loss look the same: coverage counts only lines with data."),
        new(FlowField.VpcId, "vpc-id", 3, ColumnNeed.Useful, "Scope of rules, fleet view.", "Rules by VPC need the inventory."),
        new(FlowField.SubnetId, "subnet-id", 3, ColumnNeed.Useful, "The group if there is no asg-tag, image or inventory.", "New instances have no peers to be evaluated by, unless the inventory names them."),
        new(FlowField.InstanceId, "instance-id", 3, ColumnNeed.Important, "The subject; a hyphen marks service-managed interfaces.", "The interface stands for the instance: history ends when an interface is replaced, and NAT gateways look like clients unless the inventory is loaded."),
        new(FlowField.TcpFlags, "tcp-flags", 3, ColumnNeed.Important, "Which side opened a TCP connection.", "Answers of a local server to a foreign client can look like contacts on TCP, and replies to probes count."),
        new(FlowField.Type, "type", 3, ColumnNeed.Ignored, Context, ""),
        new(FlowField.PacketSourceAddress, "pkt-srcaddr", 3, ColumnNeed.Important, "True source behind a NAT gateway, of pods and of secondary addresses.", "Inner sources (pods) are not shown."),
        new(FlowField.PacketDestinationAddress, "pkt-dstaddr", 3, ColumnNeed.Important, "True remote where dstaddr is a hop on the way.", "A contact that passes a transit or NAT interface may show the hop instead of the resolver."),
        new(FlowField.Region, "region", 4, ColumnNeed.Useful, "Region of the instance, for exports.", "Exports name the region only if the object's key or the inventory has it."),
        new(FlowField.AzId, "az-id", 4, ColumnNeed.Ignored, Context, ""),
        new(FlowField.SublocationType, "sublocation-type", 4, ColumnNeed.Ignored, Context, ""),
        new(FlowField.SublocationId, "sublocation-id", 4, ColumnNeed.Ignored, Context, ""),
        new(FlowField.PacketSourceService, "pkt-src-aws-service", 5, ColumnNeed.Ignored, Context, ""),
        new(FlowField.PacketDestinationService, "pkt-dst-aws-service", 5, ColumnNeed.Ignored, Context, ""),
        new(FlowField.FlowDirection, "flow-direction", 5, ColumnNeed.Important, "Which side is the instance.", "Derived from the addresses. If both are public (IPv6), only the inventory says it; other records are counted as unresolved."),
        new(FlowField.TrafficPath, "traffic-path", 5, ColumnNeed.Useful, "Traffic that cannot lead to the internet (peering, gateway endpoints).", "Public addresses that are used inside own networks must be named as own prefixes."),
        new(FlowField.EcsClusterArn, "ecs-cluster-arn", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsClusterName, "ecs-cluster-name", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsContainerInstanceArn, "ecs-container-instance-arn", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsContainerInstanceId, "ecs-container-instance-id", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsContainerId, "ecs-container-id", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsSecondContainerId, "ecs-second-container-id", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsServiceName, "ecs-service-name", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsTaskDefinitionArn, "ecs-task-definition-arn", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsTaskArn, "ecs-task-arn", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EcsTaskId, "ecs-task-id", 7, ColumnNeed.Ignored, Context, ""),
        new(FlowField.RejectReason, "reject-reason", 8, ColumnNeed.Ignored, Context, ""),
        new(FlowField.ResourceId, "resource-id", 9, ColumnNeed.Ignored, Context, ""),
        new(FlowField.EncryptionStatus, "encryption-status", 10, ColumnNeed.Ignored, Context, ""),
        new(FlowField.InstanceTag, "instance-tag", 11, ColumnNeed.Useful, "The instance's name.", "Instances are shown by id, unless the inventory names them."),
        new(FlowField.InstanceTag2, "instance-tag-2", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.InterfaceTag, "interface-tag", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.InterfaceTag2, "interface-tag-2", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.AsgTag, "asg-tag", 11, ColumnNeed.Important, "The group, by which a new instance is evaluated.", "Scale-out is evaluated by subnet or inventory, or not at all while an instance learns."),
        new(FlowField.AsgTag2, "asg-tag-2", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.InterfaceType, "interface-type", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.NextHopInterfaceId, "next-hop-interface-id", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.NextHopSubnetId, "next-hop-subnet-id", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.NextHopAzId, "next-hop-az-id", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.NextHopVpcId, "next-hop-vpc-id", 11, ColumnNeed.Ignored, Context, ""),
        new(FlowField.NextHopInterfaceType, "next-hop-interface-type", 11, ColumnNeed.Ignored, Context, ""),
    ];

    /// <summary>By how a name is compared: lower case, hyphens and underscores left out, Athena's and Logs Insights' own names included.</summary>
    private static readonly ColumnName[] Names = MakeNames();

    /// <summary>Fields of AWS's default format, version 2.</summary>
    public static IReadOnlyList<FlowField> Default { get; } = UpTo(2);

    public static FlowColumn Of(FlowField field) => All[(int)field];

    /// <summary>All fields of versions 2 to <paramref name="version"/> in AWS's order.</summary>
    public static IReadOnlyList<FlowField> UpTo(int version)
    {
        int count = 0;
        foreach (var column in All)
            if (column.Version <= version) count++;
        var fields = new FlowField[count];
        foreach (var column in All)
            if (column.Version <= version) fields[^count--] = column.Field;
        return fields;
    }

    /// <summary>Finds a field by its name in any of the spellings met in the field: <c>pkt-srcaddr</c>, <c>pkt_srcaddr</c>, <c>pktSrcAddr</c>, <c>sourceaddress</c>, <c>${srcaddr}</c>.</summary>
    public static FlowField? Find(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("${") && name.EndsWith("}")) name = name[2..^1];
        Span<char> folded = stackalloc char[64];
        int n = 0;
        foreach (char c in name)
        {
            if (c is '-' or '_') continue;
            if (n == folded.Length || c > 0x7F) return null;
            folded[n++] = char.ToLowerInvariant(c);
        }
        foreach (var known in Names)
            if (known.Name.Length == n && folded[..n].SequenceEqual(known.Name)) return known.Field;
        return null;
    }

    /// <summary>The names of a header that was given, with blanks or commas between them.</summary>
    internal static string[] HeaderNames(string header) => header.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is wrong with a header as a description of records that have none; empty when nothing is.</summary>
    public static string HeaderProblem(string header)
    {
        string[] names = HeaderNames(header);
        if (!Text.ColumnPlan.IsHeader(names)) return "not a header of flow-log field names";
        return Text.ColumnPlan.FromHeader(names, FlowReadLimits.Default.MaxColumns, out string problem) is null ? problem : "";
    }

    /// <summary>What a format without some columns costs: the important and useful ones that are missing, in AWS's order.</summary>
    /// <param name="names">Column names in use, as in <see cref="FlowReadResult.Columns"/>.</param>
    public static IReadOnlyList<FlowColumn> Missing(IEnumerable<string> names)
    {
        var present = names.Select(n => Find(n)).OfType<FlowField>().ToHashSet();
        return [.. All.Where(c => c.Cost.Length > 0 && !present.Contains(c.Field))];
    }

    /// <summary>An array, which is searched: a header asks for a few dozen names once an object, and a dictionary with these types would have to be compiled at every start.</summary>
    private static ColumnName[] MakeNames()
    {
        // Names in AWS's older Athena table for flow logs and in Logs Insights.
        ColumnName[] others =
        [
            new("account", FlowField.AccountId), new("sourceaddress", FlowField.SourceAddress), new("destinationaddress", FlowField.DestinationAddress),
            new("sourceport", FlowField.SourcePort), new("destinationport", FlowField.DestinationPort), new("numpackets", FlowField.Packets), new("numbytes", FlowField.Bytes),
            new("starttime", FlowField.Start), new("endtime", FlowField.End), new("direction", FlowField.FlowDirection),
        ];
        var names = new ColumnName[All.Count + others.Length];
        for (int i = 0; i < All.Count; i++) names[i] = new(All[i].Name.Replace("-", "", StringComparison.Ordinal), All[i].Field);
        others.CopyTo(names, All.Count);
        return names;
    }

    private sealed record ColumnName(string Name, FlowField Field);
}
