using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Parquet;

/// <summary>A field of a table.</summary>
/// <param name="IsLazy">Read only where a row has a port of interest.</param>
internal sealed record ParquetField(FlowField Field, ColumnCells Cells, bool IsLazy);

/// <summary>
/// Which columns of a parquet schema make which fields: AWS's own form (one column per field, underscores, plain or Hive-partitioned), or Security Lake's (OCSF Network Activity, <see cref="OcsfLayout"/>).
/// </summary>
internal sealed class ParquetLayout : IDisposable
{
    private readonly ParquetFooter _footer;
    private readonly ParquetFile _file;
    private readonly List<Used> _used = [];

    private sealed record Used(int Leaf, ColumnPages Pages, bool IsLazy);

    private ParquetLayout(ParquetFooter footer, ParquetFile file)
    {
        _footer = footer;
        _file = file;
    }

    /// <summary>In the order of the header that they make.</summary>
    public List<ParquetField> Fields { get; } = [];
    public bool IsOcsf { get; private init; }
    /// <summary>Rows are of a transit gateway: counted, not read.</summary>
    public bool IsTransitGateway { get; private set; }
    /// <summary>Names a transit gateway in rows that have one, in a table of both kinds; null in other tables.</summary>
    public ColumnCells? TransitGateway { get; private set; }
    /// <summary>All columns that are read, with their places in the schema.</summary>
    public IEnumerable<(int Leaf, ColumnPages Pages)> Columns => _used.Select(u => (u.Leaf, u.Pages));
    /// <summary>What is read in each batch, and what only where a row has a port of interest; what is derived comes behind what it is derived from.</summary>
    public ColumnCells[] Eager => [.. _used.Where(u => !u.IsLazy).Select(u => u.Pages), .. Fields.Where(f => !f.IsLazy).Select(f => f.Cells).OfType<DerivedCells>()];
    public ColumnCells[] Lazy => [.. LazyPages, .. Fields.Where(f => f.IsLazy).Select(f => f.Cells).OfType<DerivedCells>()];
    public ColumnPages[] LazyPages => [.. _used.Where(u => u.IsLazy).Select(u => u.Pages)];

    /// <exception cref="FlowObjectException">A needed column has a type that is not read, or none has the name of a field.</exception>
    public static ParquetLayout Of(ParquetFooter footer, ParquetFile file)
    {
        bool ocsf = footer.Leaves.Any(l => l.Path == "src_endpoint.port");
        var layout = new ParquetLayout(footer, file) { IsOcsf = ocsf };
        if (ocsf) new OcsfLayout(layout, file.Context).AddFields();
        else layout.AddFields();
        return layout;
    }

    /// <summary>Read for every row: who, when and which ports. The rest only for rows with a port of interest.</summary>
    private static bool IsEager(FlowField field) => field is not (FlowField.SourceAddress or FlowField.DestinationAddress or FlowField.PacketSourceAddress or FlowField.PacketDestinationAddress
        or FlowField.Protocol or FlowField.Packets or FlowField.Bytes or FlowField.Action or FlowField.TcpFlags or FlowField.FlowDirection or FlowField.TrafficPath);

    private static bool IsNumber(FlowField field) => field is FlowField.Version or FlowField.SourcePort or FlowField.DestinationPort or FlowField.Start or FlowField.End or FlowField.Protocol
        or FlowField.Packets or FlowField.Bytes or FlowField.TcpFlags or FlowField.TrafficPath;

    private void AddFields()
    {
        int? gateway = null;
        foreach (var (leaf, index) in _footer.Leaves.Select((l, i) => (l, i)))
        {
            if (leaf.Path.Contains('.', StringComparison.Ordinal)) continue;
            if (gateway is null && Wayward.FlowLogs.Text.TransitGateway.Identifies(leaf.Path)) gateway = index;
            if (FlowColumns.Find(leaf.Path) is not { } field || FlowColumns.Of(field).Need == ColumnNeed.Ignored) continue;
            bool lazy = !IsEager(field), isTime = field is FlowField.Start or FlowField.End;
            ColumnCells cells = Use(index, lazy, isTime && leaf.IsTimestamp);
            if (!cells.IsText && !IsNumber(field))
            {
                var numbers = cells;
                cells = new DerivedCells(numbers.AsText);
            }
            Fields.Add(new ParquetField(field, cells, lazy));
        }
        if (gateway is { } at)
        {
            // A table of VPC records too has their interfaces.
            if (Fields.Exists(f => f.Field is FlowField.InterfaceId or FlowField.InstanceId)) TransitGateway = Use(at, lazy: false, isTime: false);
            else IsTransitGateway = true;
        }
        else if (Fields.Count == 0) throw _file.Context.Refuse("parquet without any flow-log column");
    }

    /// <summary>The column at a place in the schema.</summary>
    /// <exception cref="FlowObjectException">Its type or codec is not read.</exception>
    public ColumnPages Use(int index, bool lazy, bool isTime)
    {
        if (_used.Find(u => u.Leaf == index) is { } known) return known.Pages;
        var leaf = _footer.Leaves[index];
        string name = Fault.Escape(leaf.Path, 64);
        if (!ColumnPages.Reads(leaf)) throw _file.Context.Refuse($"the parquet column {name} has the type {leaf.Type}{(leaf.Repetition > 0 ? " in a list" : "")}");
        if (_footer.Groups.FirstOrDefault(g => !PageCodec.Reads(g.Chunks[index].Codec)) is { } group) throw _file.Context.Refuse($"the parquet column {name} is compressed with {group.Chunks[index].Codec}");
        var pages = new ColumnPages(_file, leaf with { IsTimestamp = isTime && leaf.Type == ParquetType.Int64 });
        _used.Add(new Used(index, pages, lazy));
        return pages;
    }

    /// <summary>Finds a column by its path, or by the beginning of its path.</summary>
    public int Find(string path, bool isPrefix = false)
    {
        for (int i = 0; i < _footer.Leaves.Count; i++)
            if (isPrefix ? _footer.Leaves[i].Path.StartsWith(path, StringComparison.Ordinal) : _footer.Leaves[i].Path == path) return i;
        return -1;
    }

    public void Dispose()
    {
        foreach (var used in _used) used.Pages.Dispose();
    }
}
