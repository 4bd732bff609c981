using System.Buffers;
using System.Text.Json;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>
/// Records in JSON: CloudWatch Logs subscription documents (<c>logEvents[].message</c>), objects with a <c>message</c> as Firehose delivers them, and objects whose members are
/// the fields themselves; one after the other, with or without line feeds, or in one array.
/// </summary>
internal sealed class JsonLineSource(SourceWindow input, ReadContext context) : LineSource(input)
{
    private JsonReaderState _state = new(new JsonReaderOptions { AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Disallow });
    private readonly ArrayBufferWriter<byte> _names = new(), _values = new(), _lastNames = new();
    private long _taken;
    /// <summary>Depth of the objects that are records or documents: 0, or 1 inside an array.</summary>
    private int _base;
    /// <summary>Objects and arrays that were begun and not ended.</summary>
    private int _open;
    private Property _property;
    private bool _inEvents, _control, _useful;

    private enum Property : byte { Other, Message, MessageType, LogEvents, Field }

    public override string Name => "in JSON";

    protected override bool Produce(ArrayBufferWriter<byte> lines)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(Input.Unread, isFinalBlock: false, _state);
            try
            {
                while (lines.WrittenCount < 32 * 1024 && reader.Read()) Take(ref reader, lines);
            }
            catch (JsonException e)
            {
                throw context.Refuse($"damaged: not JSON near byte {_taken + reader.BytesConsumed}", inner: e);
            }
            _state = reader.CurrentState;
            _taken += reader.BytesConsumed;
            Input.Start += (int)reader.BytesConsumed;
            if (lines.WrittenCount > 0) return true;
            if (Input.Length > context.Limits.MaxLineBytes) throw context.Refuse($"a JSON value longer than the limit of {context.Limits.MaxLineBytes} bytes");
            if (!Input.Fill())
            {
                if (Input.Length == 0)
                {
                    if (_open > 0) throw context.Refuse("truncated: a JSON document has no end", retryable: true);
                    return false;
                }
                // What is left is read once more, now known to be the last.
                reader = new Utf8JsonReader(Input.Unread, isFinalBlock: true, _state);
                try
                {
                    while (reader.Read()) Take(ref reader, lines);
                }
                catch (JsonException e)
                {
                    throw context.Refuse($"truncated or damaged: not JSON near byte {_taken + reader.BytesConsumed}, before its end", retryable: true, inner: e);
                }
                if (_open > 0) throw context.Refuse("truncated: a JSON document has no end", retryable: true);
                Input.Start = Input.End;
                return lines.WrittenCount > 0;
            }
        }
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
                _names.ResetWrittenCount();
                _values.ResetWrittenCount();
                _control = _useful = _inEvents = false;
                break;
            case JsonTokenType.EndObject when depth == 0:
                WriteFields(lines);
                if (!_useful) throw context.Refuse("JSON with neither a message nor flow-log fields in it");
                break;
            case JsonTokenType.StartArray when depth == 1:
                _inEvents = _property == Property.LogEvents;
                _useful |= _inEvents;
                break;
            case JsonTokenType.EndArray when depth == 1:
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
            case JsonTokenType.StartObject or JsonTokenType.StartArray when depth == 1 && _property == Property.Field:
                _values.Write(" -"u8);
                break;
        }
    }

    private void TakeName(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("message"u8)) _property = Property.Message;
        else if (reader.ValueTextEquals("messageType"u8)) _property = Property.MessageType;
        else if (reader.ValueTextEquals("logEvents"u8)) _property = Property.LogEvents;
        else if (!reader.ValueIsEscaped && FlowColumns.Find(System.Text.Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 64)])) is not null)
        {
            _property = Property.Field;
            if (_names.WrittenCount > 0) _names.Write(" "u8);
            _names.Write(reader.ValueSpan);
        }
    }

    private void TakeValue(ref Utf8JsonReader reader, ArrayBufferWriter<byte> lines)
    {
        switch (_property)
        {
            case Property.Message when reader.TokenType == JsonTokenType.String:
                _useful = true;
                if (!_control)
                {
                    WriteText(ref reader, lines);
                    lines.Write("\n"u8);
                }
                break;
            case Property.MessageType when reader.TokenType == JsonTokenType.String:
                // CloudWatch Logs probes its destinations with these.
                _control = reader.ValueTextEquals("CONTROL_MESSAGE"u8);
                _useful |= _control;
                break;
            case Property.Field:
                _values.Write(" "u8);
                if (reader.TokenType == JsonTokenType.Null) WriteField(_values, default);
                else if (reader.TokenType == JsonTokenType.Number) WriteField(_values, reader.ValueSpan);
                else
                {
                    var text = new ArrayBufferWriter<byte>(reader.ValueSpan.Length + 1);
                    WriteText(ref reader, text);
                    WriteField(_values, text.WrittenSpan);
                }
                break;
        }
    }

    /// <summary>An object whose members are fields becomes a line, with a header before it where the members differ from the last one's.</summary>
    private void WriteFields(ArrayBufferWriter<byte> lines)
    {
        // A lone name such as "region" beside a message is no record.
        if (_useful || _names.WrittenSpan.Count((byte)' ') < 3) return;
        if (!_names.WrittenSpan.SequenceEqual(_lastNames.WrittenSpan))
        {
            _lastNames.ResetWrittenCount();
            _lastNames.Write(_names.WrittenSpan);
            lines.Write(_names.WrittenSpan);
            lines.Write("\n"u8);
        }
        lines.Write(_values.WrittenSpan[1..]);
        lines.Write("\n"u8);
        _useful = true;
    }

    private static void WriteText(ref Utf8JsonReader reader, ArrayBufferWriter<byte> target)
    {
        var span = target.GetSpan(reader.ValueSpan.Length + 1);
        target.Advance(reader.CopyString(span));
    }
}
