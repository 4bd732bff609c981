using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>Reads cells without an entity between: typed columns straight from the wire.</summary>
internal static class PgCellReader
{
    private const int RowsBetweenChecks = 10_000;

    private const string Columns = """
        SELECT instance_id, endpoint_id, hour, first_contact, last_contact, out_accepted_records, out_accepted_packets, out_accepted_bytes,
            out_rejected_records, out_rejected_packets, out_rejected_bytes, in_accepted_records, in_accepted_packets, in_accepted_bytes,
            in_rejected_records, in_rejected_packets, in_rejected_bytes, max_packets, flags, first_answer, last_answer, answer_minutes, inner_sources, first_object, first_line
        FROM contact_hours
        """;

    private const string Order = " ORDER BY instance_id, endpoint_id, hour";
    private const string OfInstance = Columns + " WHERE instance_id = $3 AND hour >= $1 AND hour < $2" + Order;
    private const string OfTouched = Columns + " WHERE instance_id = $2 AND hour >= $1 AND endpoint_id IN (SELECT endpoint_id FROM touched_endpoints)" + Order;
    private const string OfAll = Columns + " WHERE hour >= $1 AND hour < $2" + Order;

    public static void Read(NpgsqlConnection connection, int? instance, int fromHour, int toHour, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(instance is null ? OfAll : OfInstance, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = fromHour });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = toHour });
        if (instance is { } id) command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        Take(command, take, cancellation);
    }

    public static void ReadTouched(NpgsqlConnection connection, int instance, int fromHour, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(OfTouched, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = fromHour });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = instance });
        Take(command, take, cancellation);
    }

    private static void Take(NpgsqlCommand command, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        using var interrupt = cancellation.Register(static c => ((NpgsqlCommand)c!).Cancel(), command);
        using var row = command.ExecuteReader();
        for (int n = 1; row.Read(); n++)
        {
            if (n % RowsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
            take(row.GetInt32(0), row.GetInt32(1), new ContactHour
            {
                Hour = row.GetInt32(2),
                FirstContact = row.GetInt64(3),
                LastContact = row.GetInt64(4),
                OutAccepted = new(row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)),
                OutRejected = new(row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)),
                InAccepted = new(row.GetInt64(11), row.GetInt64(12), row.GetInt64(13)),
                InRejected = new(row.GetInt64(14), row.GetInt64(15), row.GetInt64(16)),
                MaxPackets = row.GetInt64(17),
                Flags = (ContactFlags)row.GetInt16(18),
                FirstAnswer = row.GetInt64(19),
                LastAnswer = row.GetInt64(20),
                AnswerMinutes = (ulong)row.GetInt64(21),
                InnerSources = row.IsDBNull(22) ? [] : InnerSources.Read(row.GetFieldValue<byte[]>(22)),
                FirstObject = row.GetInt64(23),
                FirstLine = row.GetInt64(24),
            });
        }
    }
}
