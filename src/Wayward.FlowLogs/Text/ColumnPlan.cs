using System.Text;

namespace Wayward.FlowLogs.Text;

/// <summary>Where each field stands in a line: compiled once per header.</summary>
internal sealed class ColumnPlan
{
    private readonly short[] _index;
    private readonly byte[] _account = new byte[AccountDigits];
    private const int AccountDigits = 12;
    private bool _isMade;

    private static readonly FlowField[] IdentityFields =
    [
        FlowField.AccountId, FlowField.InterfaceId, FlowField.InstanceId, FlowField.VpcId, FlowField.SubnetId, FlowField.AsgTag, FlowField.InstanceTag, FlowField.Region,
    ];

    private ColumnPlan(string[] names, FlowField?[] fields, byte[]? version = null)
    {
        Names = names;
        _index = new short[FlowColumns.All.Count];
        Array.Fill(_index, (short)-1);
        for (int i = 0; i < fields.Length; i++)
            if (fields[i] is { } f) _index[(int)f] = (short)i;
        Account = this[FlowField.AccountId];
        Interface = this[FlowField.InterfaceId];
        Instance = this[FlowField.InstanceId];
        Vpc = this[FlowField.VpcId];
        Subnet = this[FlowField.SubnetId];
        AsgTag = this[FlowField.AsgTag];
        InstanceTag = this[FlowField.InstanceTag];
        Region = this[FlowField.Region];
        Start = this[FlowField.Start];
        End = this[FlowField.End];
        Status = this[FlowField.LogStatus];
        SourcePort = this[FlowField.SourcePort];
        DestinationPort = this[FlowField.DestinationPort];
        Source = this[FlowField.SourceAddress];
        Destination = this[FlowField.DestinationAddress];
        PacketSource = this[FlowField.PacketSourceAddress];
        PacketDestination = this[FlowField.PacketDestinationAddress];
        AskedSource = PacketSource >= 0 ? PacketSource : Source;
        AskedDestination = PacketDestination >= 0 ? PacketDestination : Destination;
        Protocol = this[FlowField.Protocol];
        Packets = this[FlowField.Packets];
        Bytes = this[FlowField.Bytes];
        Action = this[FlowField.Action];
        TcpFlags = this[FlowField.TcpFlags];
        Direction = this[FlowField.FlowDirection];
        TrafficPath = this[FlowField.TrafficPath];
        Version = version;
        StartOrEnd = Start >= 0 ? Start : End;
        int[] identity = new int[IdentityFields.Length + 1];
        for (int i = 0; i < IdentityFields.Length; i++) identity[i] = this[IdentityFields[i]];
        identity[^1] = version is null ? -1 : this[FlowField.Version];
        var ranges = new ColumnRange[MaxAlikeRanges];
        IdentityRangeCount = AddRanges(identity, ranges, 0);
        int count = AddRanges([Start, End], ranges, IdentityRangeCount);
        AlikeRanges = new ColumnRange[count];
        for (int i = 0; i < count; i++) AlikeRanges[i] = ranges[i];
    }

    public string[] Names { get; }
    /// <summary>The same for all lines of one format.</summary>
    public FlowLayout Layout => field ??= _isMade ? FlowLayout.Members : new FlowLayout(Names);
    public int Count => Names.Length;
    /// <summary>A column that only a transit gateway's records have a value in, in a table of both kinds; -1 in other formats.</summary>
    public int Gateway { get; private init; } = -1;
    /// <summary>Set where the layout was told by the record version: every line must carry it.</summary>
    public byte[]? Version { get; }
    public string Description { get; private init; } = "";

    public int Account { get; }
    public int Interface { get; }
    public int Instance { get; }
    public int Vpc { get; }
    public int Subnet { get; }
    public int AsgTag { get; }
    public int InstanceTag { get; }
    public int Region { get; }
    public int Start { get; }
    public int End { get; }
    public int Status { get; }
    public int SourcePort { get; }
    public int DestinationPort { get; }
    public int Source { get; }
    public int Destination { get; }
    public int PacketSource { get; }
    public int PacketDestination { get; }
    /// <summary>The column that names the source's true address, unless it reads <c>-</c>.</summary>
    public int AskedSource { get; }
    /// <summary>The same of the destination.</summary>
    public int AskedDestination { get; }
    public int Protocol { get; }
    public int Packets { get; }
    public int Bytes { get; }
    public int Action { get; }
    public int TcpFlags { get; }
    public int Direction { get; }
    public int TrafficPath { get; }

    /// <summary>The column that a line's start is read from.</summary>
    public int StartOrEnd { get; }
    /// <summary>Most ranges that a plan may come to: each column of an identity, the version and both times by themselves.</summary>
    public const int MaxAlikeRanges = 11;
    /// <summary>Runs of neighbouring columns that tell whose a line is, then those that tell its times: equal text there is the same identity, or the same times.</summary>
    public ColumnRange[] AlikeRanges { get; }
    /// <summary>How many of these are the identity's.</summary>
    public int IdentityRangeCount { get; }

    /// <summary>Column of a field, or -1.</summary>
    public int this[FlowField field] => _index[(int)field];

    /// <summary>Adds ranges from an index on, neighbours together; columns that are absent (-1) are left out. Returns the index behind them.</summary>
    private static int AddRanges(int[] columns, ColumnRange[] ranges, int first)
    {
        Array.Sort(columns);
        int count = first;
        foreach (int column in columns)
        {
            if (column < 0) continue;
            if (count > first && column <= ranges[count - 1].Last + 1) ranges[count - 1] = ranges[count - 1] with { Last = column };
            else ranges[count++] = new ColumnRange(column, column);
        }
        return count;
    }

    /// <summary>Is this line a header? Names of fields do not occur as values, so a few of them, or only them, settle it.</summary>
    public static bool IsHeader(ReadOnlySpan<string> tokens)
    {
        int known = 0;
        foreach (string token in tokens)
            if (FlowColumns.Find(token) is not null || TransitGateway.IsName(token)) known++;
        return known >= 3 || known > 0 && known == tokens.Length;
    }

    /// <summary>Is this header a transit gateway's? A table of both kinds has the interfaces of VPC records too.</summary>
    public static bool IsGatewayHeader(ReadOnlySpan<string> tokens)
    {
        bool gateway = false;
        foreach (string token in tokens)
        {
            if (FlowColumns.Find(token) is FlowField.InterfaceId or FlowField.InstanceId) return false;
            gateway |= TransitGateway.IsName(token);
        }
        return gateway;
    }

    /// <summary>Compiles a header.</summary>
    /// <param name="isMade">Made of the fields that records happen to have.</param>
    /// <param name="problem">Why the object must be refused, when null is returned.</param>
    public static ColumnPlan? FromHeader(ReadOnlySpan<string> tokens, int maximumColumns, out string problem, bool isMade = false)
    {
        problem = "";
        if (tokens.Length > maximumColumns)
        {
            problem = $"the header names {tokens.Length} columns, more than the limit of {maximumColumns}";
            return null;
        }
        var fields = new FlowField?[tokens.Length];
        var names = new string[tokens.Length];
        bool[] seen = new bool[FlowColumns.All.Count];
        int version = 0, gateway = -1;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (gateway < 0 && TransitGateway.Identifies(tokens[i])) gateway = i;
            fields[i] = FlowColumns.Find(tokens[i]);
            names[i] = fields[i] is { } f ? FlowColumns.Of(f).Name : Fault.Escape(tokens[i].Replace('_', '-'), 64);
            if (fields[i] is not { } field) continue;
            if (seen[(int)field])
            {
                problem = $"the header names the column {names[i]} twice";
                return null;
            }
            seen[(int)field] = true;
            version = Math.Max(version, FlowColumns.Of(field).Version);
        }
        if (Missing(seen) is { Length: > 0 } missing)
        {
            problem = Lacks(missing);
            return null;
        }
        bool isDefault = fields.Length == FlowColumns.Default.Count;
        for (int i = 0; i < fields.Length && isDefault; i++) isDefault = fields[i] == FlowColumns.Default[i];
        return new ColumnPlan(names, fields)
        {
            Gateway = gateway,
            _isMade = isMade,
            Description = isDefault ? "v2 default" : $"v{version}, {names.Length} columns",
        };
    }

    /// <summary>AWS's default layout, or all fields up to a version in AWS's order.</summary>
    /// <param name="timeFirst">A time stands before each record, as CloudWatch Logs exports them.</param>
    public static ColumnPlan ForVersion(int version, bool timeFirst)
    {
        FlowField?[] fields = [.. FlowColumns.UpTo(version)];
        if (timeFirst) fields = [null, .. fields];
        string time = timeFirst ? ", a time before each record" : "";
        return new ColumnPlan([.. fields.Select(f => f is { } field ? FlowColumns.Of(field).Name : "time")], fields, Encoding.ASCII.GetBytes(version.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            Description = (version == 2 ? "v2 default, no header" : $"v{version} with all fields in AWS's order, no header") + time,
        };
    }

    /// <summary>An account number has twelve digits. Tools that take it for a number lose the zeros that it begins with; they are put back.</summary>
    /// <returns>The account, or a buffer that is valid until the next call.</returns>
    public ReadOnlySpan<byte> Account12(ReadOnlySpan<byte> account)
    {
        if (account.Length is 0 or >= AccountDigits || account.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return account;
        _account.AsSpan(0, AccountDigits - account.Length).Fill((byte)'0');
        account.CopyTo(_account.AsSpan(AccountDigits - account.Length));
        return _account;
    }

    public static string Lacks(string missing) => $"the header lacks {missing}, without which no DNS contact can be told";

    /// <summary>Names of the columns that must be there and are not; empty when nothing is missing.</summary>
    /// <param name="seen">By field: is it there?</param>
    public static string Missing(bool[] seen)
    {
        var missing = new List<string>();
        if (!Has(FlowField.InterfaceId) && !Has(FlowField.InstanceId)) missing.Add("interface-id (or instance-id)");
        if (!(Has(FlowField.PacketSourceAddress) && Has(FlowField.PacketDestinationAddress)))
        {
            Require(FlowField.SourceAddress);
            Require(FlowField.DestinationAddress);
        }
        Require(FlowField.SourcePort);
        Require(FlowField.DestinationPort);
        Require(FlowField.Protocol);
        if (!Has(FlowField.Start) && !Has(FlowField.End)) missing.Add("start");
        return missing.Count <= 1 ? string.Concat(missing) : $"{string.Join(", ", missing[..^1])} and {missing[^1]}";

        bool Has(FlowField field) => seen[(int)field];

        void Require(FlowField field)
        {
            if (!Has(field)) missing.Add(FlowColumns.Of(field).Name);
        }
    }
}

/// <summary>Neighbouring columns of a format, both ends included.</summary>
internal readonly record struct ColumnRange(int First, int Last);
