using System.Buffers;
using System.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// Comma-separated exports (RFC 4180) with a header: Athena's, whose columns are the fields, and CloudWatch Logs Insights', whose columns are discovered fields or whole records
/// in <c>@message</c>; and of the CloudWatch Logs console, whose records stand in <c>message</c>.
/// </summary>
internal sealed class CsvLineSource(SourceWindow input, ReadContext context) : LineSource(input)
{
    private readonly ArrayBufferWriter<byte> _record = new(1024);
    private readonly List<int> _ends = [];
    private int _message = -1;
    private bool _header = true;

    public override string Name => "comma-separated";

    public override bool BeginsWithHeader => _message < 0;

    public override bool IsMixed => _message >= 0;

    /// <summary>Is this first line a header of this kind?</summary>
    public static bool IsHeader(ReadOnlySpan<byte> line)
    {
        string[] tokens = [.. Encoding.Latin1.GetString(line).Split(',').Select(t => t.Trim().Trim('"'))];
        if (tokens.Length == 1) return IsMessage(tokens[0]);
        return tokens.Any(t => t.StartsWith('@') || IsMessage(t)) || Text.ColumnPlan.IsHeader(tokens);
    }

    private static bool IsMessage(string name) => name.TrimStart('@').Equals("message", StringComparison.OrdinalIgnoreCase);

    protected override bool Produce(ArrayBufferWriter<byte> lines)
    {
        while (lines.WrittenCount < 32 * 1024)
        {
            if (!ReadRecord()) return false;
            if (_ends.Count == 1 && _ends[0] == 0) continue;
            if (_header)
            {
                _header = false;
                for (int i = 0; i < _ends.Count; i++)
                    if (IsMessage(Encoding.Latin1.GetString(Field(i).Trim((byte)' ')))) _message = i;
                if (_message >= 0)
                {
                    // The header is a line of the object, and keeps its number.
                    lines.Write("\n"u8);
                    continue;
                }
            }
            if (_message >= 0)
            {
                if (_message < _ends.Count) lines.Write(Field(_message).TrimEnd("\r\n"u8));
            }
            else
            {
                for (int i = 0; i < _ends.Count; i++)
                {
                    if (i > 0) lines.Write(" "u8);
                    WriteField(lines, Field(i));
                }
            }
            lines.Write("\n"u8);
        }
        return true;
    }

    private ReadOnlySpan<byte> Field(int i)
    {
        int start = i == 0 ? 0 : _ends[i - 1];
        return _record.WrittenSpan[start.._ends[i]];
    }

    /// <summary>One record, its quotes taken off.</summary>
    private bool ReadRecord()
    {
        _record.ResetWrittenCount();
        _ends.Clear();
        bool any = false, quoted = false, wasQuote = false;
        while (true)
        {
            if (Input.Length == 0 && !Input.Fill())
            {
                if (quoted && !wasQuote) throw context.Refuse("truncated: a quoted value has no end", retryable: true);
                if (!any) return false;
                _ends.Add(_record.WrittenCount);
                return true;
            }
            byte c = Input.Unread[0];
            Input.Start++;
            any = true;
            if (quoted)
            {
                if (c == '"')
                {
                    if (wasQuote) Append(c);
                    wasQuote = !wasQuote;
                    continue;
                }
                if (!wasQuote)
                {
                    Append(c);
                    continue;
                }
                quoted = wasQuote = false;
            }
            switch (c)
            {
                case (byte)'"' when _record.WrittenCount == (_ends.Count == 0 ? 0 : _ends[^1]):
                    quoted = true;
                    break;
                case (byte)',':
                    if (_ends.Count >= context.Limits.MaxColumns) throw context.Refuse($"a record of more than the limit of {context.Limits.MaxColumns} columns");
                    _ends.Add(_record.WrittenCount);
                    break;
                case (byte)'\r':
                    break;
                case (byte)'\n':
                    _ends.Add(_record.WrittenCount);
                    return true;
                default:
                    Append(c);
                    break;
            }
        }

        void Append(byte c)
        {
            if (_record.WrittenCount > context.Limits.MaxLineBytes) throw context.Refuse($"a record longer than the limit of {context.Limits.MaxLineBytes} bytes");
            _record.GetSpan(1)[0] = c;
            _record.Advance(1);
        }
    }
}
