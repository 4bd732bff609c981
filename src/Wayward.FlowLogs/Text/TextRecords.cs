using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Text;

/// <summary>Lines of text to records. The header, wherever it stands, compiles to a plan; a line then costs what its plan looks at.</summary>
internal sealed class TextRecords(ReadContext context, RecordTally tally, OpenedObject opened) : IDisposable
{
    /// <summary>Lines of other senders before the first flow-log record of an object that no wrapping shows to be mixed.</summary>
    private const int MostForeignLines = 1_000;

    private readonly Separators _separators = Separators.Rent();
    private readonly Separators _scratchSeparators = new();
    private readonly VectorPath _path = context.Tuning.Path == VectorPath.Best ? VectorPaths.Best : context.Tuning.Path;
    private readonly bool _fastLines = context.Tuning.FastLines;
    private byte[] _scratch = new byte[1024];
    /// <summary>The format of VPC records, and the one that held before a header that a wrapping made.</summary>
    private ColumnPlan? _plan, _planBefore;
    private string? _madeHeader;
    /// <summary>Fields of a transit gateway's header; 0 before there is one.</summary>
    private int _gatewayFields;
    private FlowObjectException? _foreign;
    private int _foreignLines;
    private readonly long _firstLine = opened.Parquet is null ? 1 : 0;
    private long _line = opened.Parquet is null ? 1 : 0;

    public ColumnPlan? Plan => _plan;

    /// <summary>What an object without VPC records holds.</summary>
    public string OtherRecords => _gatewayFields > 0 ? "transit gateway" : tally.TransitGateway > 0 ? "transit gateway, no header" : "without records";

    public void Dispose() => Separators.Return(_separators);

    /// <summary>Lines are read from a window that may hold <see cref="FlowReadLimits.MaxLineBytes"/> and more unread.</summary>
    public void Read<TSink>(SourceWindow window, ref TSink sink) where TSink : IFlowRecordSink
    {
        IpTextFast.Prepare();
        bool skipping = false;
        while (window.Fill())
        {
            if (!ReferenceEquals(opened.MadeHeader, _madeHeader)) TakeMadeHeader(opened.MadeHeader);
            if (skipping)
            {
                int feed = window.Unread.IndexOf((byte)'\n');
                window.Start = feed < 0 ? window.End : window.Start + feed + 1;
                if (feed < 0) continue;
                skipping = false;
                _line++;
            }
            window.Start = ReadLines(window.Buffer, window.Start, window.End, ref sink);
            if (window.Length > context.Limits.MaxLineBytes)
            {
                tally.Quarantine(_line, FaultKind.TooLong, detail: $"more than {context.Limits.MaxLineBytes} bytes");
                window.Start = window.End;
                skipping = true;
            }
        }
        if (window.Length > 0)
        {
            // The last line has no line feed: it gets one (there is slack behind the window's end).
            window.Buffer[window.End] = (byte)'\n';
            ReadLines(window.Buffer, window.Start, window.End + 1, ref sink);
        }
        if (_foreign is not null && _plan is null && tally.TransitGateway == 0) throw _foreign;
    }

    /// <summary>Reads one line that stands by itself, without its line end: a row of a table.</summary>
    public void ReadLine<TSink>(ReadOnlySpan<byte> raw, long line, ref TSink sink) where TSink : IFlowRecordSink => ReadCarefully(raw, line, ref sink);

    /// <summary>Reads the whole lines of <c>[start, end)</c>.</summary>
    /// <returns>Where the first line that is not whole begins.</returns>
    private int ReadLines<TSink>(byte[] buffer, int start, int end, ref TSink sink) where TSink : IFlowRecordSink
    {
        _separators.Scan(buffer, start, end, _path);
        ref byte text = ref MemoryMarshal.GetArrayDataReference(buffer);
        ref int positions = ref MemoryMarshal.GetArrayDataReference(_separators.Positions);
        var lineEnds = _separators.LineEnds.AsSpan(0, _separators.LineCount);
        int maximum = context.Limits.MaxLineBytes;
        int before = 0, odd = 0;
        LastLine known = default;
        for (int i = 0; i < lineEnds.Length; i++, _line++)
        {
            ref int ends = ref Unsafe.Add(ref positions, before);
            int lineStart = ends + 1;
            while (odd < _separators.OddCount && _separators.OddBlocks[odd] + 64 <= lineStart) odd++;
            int nextOdd = odd < _separators.OddCount ? _separators.OddBlocks[odd] : int.MaxValue;
            if (known.IsKnown)
            {
                int alike = CountAlike(ref text, ref ends, lineEnds[i..], before, nextOdd, maximum, known, _plan!, sink.Ports, ref sink);
                if (alike > 0)
                {
                    known.Again(_line, alike);
                    _line += alike;
                    i += alike;
                    before = lineEnds[i - 1];
                    if (i == lineEnds.Length) break;
                    ends = ref Unsafe.Add(ref positions, before);
                    lineStart = ends + 1;
                    while (odd < _separators.OddCount && _separators.OddBlocks[odd] + 64 <= lineStart) odd++;
                    nextOdd = odd < _separators.OddCount ? _separators.OddBlocks[odd] : int.MaxValue;
                }
            }
            int last = lineEnds[i], lineEnd = Unsafe.Add(ref positions, last);
            var raw = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref text, lineStart), lineEnd - lineStart);
            bool careful = _plan is not { Gateway: < 0 } plan || !_fastLines || last - before != plan.Count || raw.Length > maximum || lineEnd >= nextOdd
                || LineParser.Parse(ref text, ref ends, raw, _line, plan, tally, ref known, ref sink) != 0;
            before = last;
            if (!careful) continue;
            known.Flush(tally, ref sink);
            known.Forget();
            ReadCarefully(raw, _line, ref sink);
        }
        known.Flush(tally, ref sink);
        return Unsafe.Add(ref positions, before) + 1;
    }

    /// <summary>
    /// How many lines from here differ from a known one in nothing but the flow, and no end of the flow is wanted: most lines of most objects. Such a line is checked in its ports, and in its address where the sink asks for it.
    /// A method by itself, and small, so that all it works with stays in registers.
    /// </summary>
    /// <param name="ends">As of <see cref="LineParser.Parse"/>, of the first line.</param>
    /// <param name="lineEnds">Where the lines end, from the first one on.</param>
    /// <param name="before">Where the line before the first one ends.</param>
    /// <param name="limit">Lines that do not end before this position are none of these.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int CountAlike<TSink>(ref byte text, ref int ends, ReadOnlySpan<int> lineEnds, int before, int limit, int maximum, in LastLine known, ColumnPlan plan, PortSet ports, ref TSink sink)
        where TSink : IFlowRecordSink
    {
        int columns = plan.Count, i = 0;
        for (; i < lineEnds.Length; i++)
        {
            int fields = lineEnds[i] - before;
            if (fields != columns) break;
            int lineEnd = Unsafe.Add(ref ends, columns);
            if (lineEnd >= limit | lineEnd - ends > maximum + 1 || !known.IsLike(ref text, ref ends)) break;
            if (plan.Status >= 0 && !LineParser.IsOk(ref LineParser.Field(ref text, ref ends, plan.Status, out int length), length)) break;
            bool arePorts = FieldText.TryPort(ref LineParser.Field(ref text, ref ends, plan.SourcePort, out length), length, out int sourcePort)
                & FieldText.TryPort(ref LineParser.Field(ref text, ref ends, plan.DestinationPort, out length), length, out int destinationPort);
            if (!arePorts) break;
            bool sourceCounts = ports.Contains((ushort)sourcePort), destinationCounts = ports.Contains((ushort)destinationPort);
            if (sourceCounts | destinationCounts && LineParser.Ask(ref text, ref ends, plan, sourceCounts, destinationCounts, sourcePort, destinationPort, ref sink) != 0) break;
            before += fields;
            ends = ref Unsafe.Add(ref ends, fields);
        }
        return i;
    }

    /// <summary>One line of any sort: blank, header, odd white space, malformed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void ReadCarefully<TSink>(ReadOnlySpan<byte> raw, long line, ref TSink sink) where TSink : IFlowRecordSink
    {
        if (line == _firstLine && raw.StartsWith("\uFEFF"u8)) raw = raw[3..];
        if (raw.EndsWith("\r"u8)) raw = raw[..^1];
        int blank = raw.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (blank < 0) return;
        if (raw.Length > context.Limits.MaxLineBytes)
        {
            tally.Quarantine(line, FaultKind.TooLong, detail: $"more than {context.Limits.MaxLineBytes} bytes");
            return;
        }

        // The same line with single blanks, so that one parser serves.
        int need = SourceWindow.Pad + raw.Length + 1 + 64;
        if (_scratch.Length < need) _scratch = new byte[need * 2];
        int at = SourceWindow.Pad;
        if (blank == 0 && raw.IndexOf("  "u8) < 0 && !raw.Contains((byte)'\t'))
        {
            raw.CopyTo(_scratch.AsSpan(at));
            at += raw.Length;
        }
        else
        {
            foreach (byte c in raw)
            {
                bool separator = c is (byte)' ' or (byte)'\t';
                if (separator && (at == SourceWindow.Pad || _scratch[at - 1] == ' ')) continue;
                _scratch[at++] = separator ? (byte)' ' : c;
            }
        }
        if (_scratch[at - 1] == ' ') at--;
        var text = _scratch.AsSpan(SourceWindow.Pad, at - SourceWindow.Pad);
        _scratch[at] = (byte)'\n';

        // Where several senders write, a header has nothing but printable characters.
        if (MayBeHeader(text) && !(opened.IsMixed && text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0) && TryHeader(text, line)) return;
        if (text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') is var strange and >= 0)
        {
            if (_plan is null) SetForeignAside(text, line);
            else tally.Quarantine(line, FaultKind.NotPrintable, detail: $"0x{text[strange]:x2} at byte {strange + 1}");
            return;
        }
        _scratchSeparators.Scan(_scratch, SourceWindow.Pad, at + 1, _path);
        int fields = _scratchSeparators.LineEnds[0], fault = _plan is null ? -1 : Parse(raw, line, fields, ref sink);
        if (fault == 0) return;
        if (TransitGateway.IsRecord(text))
        {
            tally.TransitGateway++;
            return;
        }
        if (OtherLayout(text, fields) is { } other)
        {
            _plan = other;
            fault = Parse(raw, line, fields, ref sink);
            if (fault == 0) return;
        }
        // A transit gateway's custom format may name neither gateway nor attachment.
        else if (fault < 0 && fields == _gatewayFields)
        {
            tally.TransitGateway++;
            return;
        }
        if (_plan is null) SetForeignAside(text, line);
        else if (fault < 0) tally.Quarantine(line, FaultKind.ColumnCount, detail: $"{fields} instead of {_plan.Count}");
        else
        {
            int column = (fault >> 8) - 1;
            int first = _scratchSeparators.Positions[column] + 1;
            tally.Quarantine(line, (FaultKind)(byte)fault, _plan.Names[column], _scratch.AsSpan(first, _scratchSeparators.Positions[column + 1] - first));
        }
    }

    /// <summary>Reads the line that stands alone, its separators known, in the present format.</summary>
    /// <returns>0 when it was taken, -1 when it has another number of fields, else a fault as of <see cref="LineParser.Parse"/>.</returns>
    private int Parse<TSink>(ReadOnlySpan<byte> raw, long line, int fields, ref TSink sink) where TSink : IFlowRecordSink
    {
        var plan = _plan!;
        if (fields != plan.Count) return -1;
        ref byte scratch = ref MemoryMarshal.GetArrayDataReference(_scratch);
        ref int ends = ref MemoryMarshal.GetArrayDataReference(_scratchSeparators.Positions);
        if (plan.Gateway >= 0)
        {
            ref byte value = ref LineParser.Field(ref scratch, ref ends, plan.Gateway, out int length);
            if (length != 1 || value != '-')
            {
                tally.TransitGateway++;
                return 0;
            }
        }
        LastLine none = default;
        return LineParser.Parse(ref scratch, ref ends, raw, line, plan, tally, ref none, ref sink);
    }

    /// <summary>The layout of a line that has no header: the given one, or one that the line itself settles. Lines of several layouts may follow each other when none of them has a header.</summary>
    private ColumnPlan? OtherLayout(ReadOnlySpan<byte> text, int fields)
    {
        if (_plan is not null && (_plan.Version is null || fields == _plan.Count)) return null;
        if (_plan is null && context.Info.FormatHeader is { } header) return Headerless.Given(header, text, context);
        return Headerless.Layout(text);
    }

    /// <summary>
    /// A line that is no record, while no record has told the layout. Several senders may write into one object (Firehose joins the events of all log groups of a stream), so the first lines alone do not decide;
    /// but an object of another kind is not read to its end to learn that it is one.
    /// </summary>
    private void SetForeignAside(ReadOnlySpan<byte> text, long line)
    {
        int fields = text.Count((byte)' ') + 1;
        int blank = text.IndexOf((byte)' ');
        string begin = Fault.Escape(blank < 0 ? text : text[..blank]);
        var refusal = context.Refuse($"no header, and no known layout: the first line has {fields} fields and begins with '{begin}'", line: line);
        _foreign ??= refusal;
        if (!opened.IsMixed && ++_foreignLines > MostForeignLines) throw _foreign;
        tally.Quarantine(line, FaultKind.NotRecord, detail: $"{fields} fields, the first is '{begin}'");
    }

    /// <summary>A header that a wrapping made for records whose fields are named one by one, or its end (null). It is no line of the object. All lines before it have been read, because it comes between two reads.</summary>
    private void TakeMadeHeader(string? names)
    {
        if (_madeHeader is null) _planBefore = _plan;
        _madeHeader = names;
        _plan = names is null ? _planBefore : ColumnPlan.FromHeader(names.Split(' '), int.MaxValue, out _, isMade: true);
    }

    /// <summary>Once there is a plan, only lines that name a port are looked at as another header.</summary>
    private bool MayBeHeader(ReadOnlySpan<byte> text) => _plan is null || text.IndexOf("port"u8) >= 0 || text.IndexOf("PORT"u8) >= 0 || text.IndexOf("Port"u8) >= 0;

    private bool TryHeader(ReadOnlySpan<byte> text, long line)
    {
        string[] tokens = Encoding.Latin1.GetString(text).Split(' ');
        if (!ColumnPlan.IsHeader(tokens) && !(line == _firstLine && opened.BeginsWithHeader)) return false;
        if (ColumnPlan.IsGatewayHeader(tokens)) _gatewayFields = tokens.Length;
        else if (ColumnPlan.FromHeader(tokens, context.Limits.MaxColumns, out string problem) is { } plan) _plan = plan;
        else if (!opened.IsMixed) throw context.Refuse(problem, line: line);
        else
        {
            // Of one sender: it does not speak for the others.
            _foreign ??= context.Refuse(problem, line: line);
            tally.Quarantine(line, FaultKind.NotRecord, detail: problem);
        }
        return true;
    }
}
