using System.Buffers;
using System.Text.Json;
using Wayward.FlowLogs.Text;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// Records in JSON: CloudWatch Logs subscription documents (<c>logEvents[].message</c>) and answers of its API (<c>events[].message</c>), objects with a <c>message</c> as Firehose delivers them
/// or with the <c>@message</c> of Logs Insights, and objects whose members are
/// the fields themselves; one after the other, with or without line feeds, or in one array. Members and documents may come in any order, and a document that holds no flow log is set aside by itself.
/// </summary>
/// <remarks>Each message, record and document that is set aside makes one line, so that its number is that of the line.</remarks>
internal sealed class JsonLineSource : LineSource
{
    /// <summary>Longest string or number in bytes: CloudWatch Logs takes events of 1 MiB, and escapes make them longer.</summary>
    public const int LongestValue = 4 << 20;
    private const int Enough = 32 * 1024;

    private JsonReaderState _state = new(new JsonReaderOptions { AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Disallow });
    private readonly ReadContext _context;
    private readonly RecordTally _tally;
    private readonly JsonFields _fields;
    private long _taken, _line = 1;
    /// <summary>Depth of the objects that are records or documents: 0, or 1 inside an array.</summary>
    private int _base;
    /// <summary>Objects and arrays that were begun and not ended.</summary>
    private int _open;
    private Property _property;
    private FlowField _field;
    private bool _inEvents, _anyEvent, _control, _useful, _anyUseful, _anyForeign;

    private enum Property : byte { Other, Message, MessageType, LogEvents, Field, Gateway }

    private const string Foreign = "JSON with neither a message nor flow-log fields in it";

    public JsonLineSource(SourceWindow input, ReadContext context, RecordTally tally) : base(input)
    {
        (_context, _tally) = (context, tally);
        _fields = new JsonFields(context, BeginHeader);
    }

    public override string Name => "in JSON";

    public override bool IsMixed => true;

    protected override bool Produce(ArrayBufferWriter<byte> lines)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(Input.Unread, isFinalBlock: false, _state);
            try
            {
                while (lines.WrittenCount < Enough && reader.Read()) Take(ref reader, lines);
            }
            catch (JsonException e)
            {
                throw _context.Refuse($"damaged: not JSON near byte {_taken + reader.BytesConsumed}", inner: e);
            }
            _state = reader.CurrentState;
            _taken += reader.BytesConsumed;
            Input.Start += (int)reader.BytesConsumed;
            if (lines.WrittenCount > 0) return true;
            if (Input.Length > LongestValue) throw _context.Refuse($"a JSON value longer than the limit of {LongestValue} bytes");
            if (!Input.Fill())
            {
                ReadLast(lines);
                return false;
            }
        }
    }

    /// <summary>Reads what is left once more, now known to be the last.</summary>
    private void ReadLast(ArrayBufferWriter<byte> lines)
    {
        if (Input.Length > 0)
        {
            var reader = new Utf8JsonReader(Input.Unread, isFinalBlock: true, _state);
            try
            {
                while (reader.Read()) Take(ref reader, lines);
            }
            catch (JsonException e)
            {
                throw _context.Refuse($"truncated or damaged: not JSON near byte {_taken + reader.BytesConsumed}, before its end", retryable: true, inner: e);
            }
            Input.Start = Input.End;
        }
        if (_open > 0) throw _context.Refuse("truncated: a JSON document has no end", retryable: true);
        if (_anyForeign && !_anyUseful) throw _context.Refuse(Foreign);
        if (_fields.Missing is { Length: > 0 } missing) throw _context.Refuse(ColumnPlan.Lacks(missing));
        _fields.Flush(lines);
    }

    private void Take(ref Utf8JsonReader reader, ArrayBufferWriter<byte> lines)
    {
        int depth = reader.CurrentDepth - _base;
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) _open++;
        else if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) _open--;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray when reader.CurrentDepth == 0:
                _base = 1;
                break;
            case JsonTokenType.EndArray when reader.CurrentDepth == 0:
                _base = 0;
                break;
            case JsonTokenType.StartObject when depth == 0:
                _fields.Begin();
                _control = _useful = _inEvents = false;
                break;
            case JsonTokenType.EndObject when depth == 0:
                EndDocument(lines);
                break;
            case JsonTokenType.StartArray when depth == 1:
                _inEvents = _property == Property.LogEvents;
                _anyEvent = false;
                break;
            case JsonTokenType.StartObject when depth == 2:
                _anyEvent = true;
                break;
            case JsonTokenType.EndArray when depth == 1:
                // Events without a message are not CloudWatch's.
                _useful |= _inEvents && !_anyEvent;
                _inEvents = false;
                break;
            case JsonTokenType.PropertyName:
                _property = Property.Other;
                if (depth == 1) TakeName(ref reader);
                else if (depth == 3 && _inEvents && reader.ValueTextEquals("message"u8)) _property = Property.Message;
                break;
            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null:
                if (depth == 1 || depth == 3 && _inEvents) TakeValue(ref reader, lines);
                _property = Property.Other;
                break;
        }
    }

    private void TakeName(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("@message"u8)) _property = Property.Message;
        else if (reader.ValueTextEquals("messageType"u8)) _property = Property.MessageType;
        else if (reader.ValueTextEquals("logEvents"u8) || reader.ValueTextEquals("events"u8)) _property = Property.LogEvents;
        else if (!reader.ValueIsEscaped && reader.ValueSpan.Length <= 64)
        {
            string name = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
            if (FlowColumns.Find(name) is { } field) (_property, _field) = (Property.Field, field);
            else if (TransitGateway.Identifies(name)) _property = Property.Gateway;
        }
    }

    private void TakeValue(ref Utf8JsonReader reader, ArrayBufferWriter<byte> lines)
    {
        switch (_property)
        {
            case Property.Message when reader.TokenType == JsonTokenType.String:
                _useful = true;
                if (!_control) TakeMessage(ref reader, lines);
                break;
            case Property.MessageType when reader.TokenType == JsonTokenType.String:
                // CloudWatch Logs probes its destinations with these.
                _control = reader.ValueTextEquals("CONTROL_MESSAGE"u8);
                _useful |= _control;
                break;
            case Property.Gateway when reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("-"u8) && reader.ValueSpan.Length > 0:
                _fields.IsTransitGateway = true;
                break;
            case Property.Field when reader.TokenType == JsonTokenType.Number:
                _fields.Add(_field, reader.ValueSpan);
                break;
            case Property.Field:
                if (reader.ValueSpan.Length > _context.Limits.MaxLineBytes) _fields.IsTooLong = true;
                else
                {
                    byte[] text = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length + 1);
                    _fields.Add(_field, reader.TokenType == JsonTokenType.Null ? default : text.AsSpan(0, reader.CopyString(text)));
                    ArrayPool<byte>.Shared.Return(text);
                }
                break;
        }
    }

    private void TakeMessage(ref Utf8JsonReader reader, ArrayBufferWriter<byte> lines)
    {
        _fields.Flush(lines);
        // A message follows no header that was made for fields.
        _fields.EndHeader(lines);
        int before = lines.WrittenCount;
        var span = lines.GetSpan(reader.ValueSpan.Length + 1);
        var text = span[..reader.CopyString(span)].TrimEnd("\r\n"u8);
        // Where members are sorted the type of the document, by which a probe is told, comes behind its events.
        if (_inEvents && text.StartsWith("CWL CONTROL MESSAGE"u8)) return;
        _anyUseful = true;
        lines.Advance(text.Length);
        lines.Write("\n"u8);
        _line += lines.WrittenSpan[before..].Count((byte)'\n');
    }

    private void EndDocument(ArrayBufferWriter<byte> lines)
    {
        if (_useful)
        {
            _anyUseful |= _control;
            return;
        }
        string? fault = _fields.End();
        if (fault is null)
        {
            _anyUseful = true;
            if (_fields.IsFull) _fields.Flush(lines);
        }
        else
        {
            _anyForeign = true;
            _fields.Flush(lines);
            _tally.Quarantine(_line, FaultKind.NotRecord, detail: fault.Length > 0 ? fault : Foreign);
            lines.Write("\n"u8);
        }
        _line++;
    }
}
