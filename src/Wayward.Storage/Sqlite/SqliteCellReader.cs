using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Sqlite;

/// <summary>Reads cells through the native library: a column costs a few nanoseconds instead of a boxed value.</summary>
internal static class SqliteCellReader
{
    private const int RowsBetweenChecks = 10_000;

    private const string Columns = """
        h.instance_id, h.endpoint_id, h.hour, h.first_contact, h.last_contact, h.out_accepted_records, h.out_accepted_packets, h.out_accepted_bytes,
        h.out_rejected_records, h.out_rejected_packets, h.out_rejected_bytes, h.in_accepted_records, h.in_accepted_packets, h.in_accepted_bytes,
        h.in_rejected_records, h.in_rejected_packets, h.in_rejected_bytes, h.max_packets, h.flags, h.first_answer, h.last_answer, h.answer_minutes, h.inner_sources, h.first_object, h.first_line
        """;

    /// <summary>By way of the pairs, so that each is a seek to its hours and not a walk over its whole past.</summary>
    private const string OfInstance = $"""
        SELECT {Columns} FROM contact_pairs p CROSS JOIN contact_hours h ON h.instance_id = p.instance_id AND h.endpoint_id = p.endpoint_id AND h.hour >= ? AND h.hour < ?
        WHERE p.instance_id = ? ORDER BY p.instance_id, p.endpoint_id, h.hour
        """;

    private const string OfTouched = $"""
        SELECT {Columns} FROM contact_pairs p CROSS JOIN touched_endpoints t ON t.endpoint_id = p.endpoint_id
            CROSS JOIN contact_hours h ON h.instance_id = p.instance_id AND h.endpoint_id = p.endpoint_id AND h.hour >= ?
        WHERE p.instance_id = ? ORDER BY p.instance_id, p.endpoint_id, h.hour
        """;

    private const string OfAll = $"SELECT {Columns} FROM contact_hours h WHERE h.hour >= ? AND h.hour < ? ORDER BY h.instance_id, h.endpoint_id, h.hour";

    public static void Read(sqlite3 db, int? instance, int fromHour, int toHour, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        using var select = new SqliteStatement(db, instance is null ? OfAll : OfInstance);
        select.Bind(fromHour).Bind(toHour);
        if (instance is { } id) select.Bind(id);
        Take(select, take, cancellation);
    }

    public static void ReadTouched(sqlite3 db, int instance, int fromHour, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        using var select = new SqliteStatement(db, OfTouched);
        select.Bind(fromHour).Bind(instance);
        Take(select, take, cancellation);
    }

    private static void Take(SqliteStatement select, Action<int, int, ContactHour> take, CancellationToken cancellation)
    {
        for (int row = 1; select.Read(); row++)
        {
            if (row % RowsBetweenChecks == 0) cancellation.ThrowIfCancellationRequested();
            take(select.Int32(0), select.Int32(1), new ContactHour
            {
                Hour = select.Int32(2),
                FirstContact = select.Int64(3),
                LastContact = select.Int64(4),
                OutAccepted = new(select.Int64(5), select.Int64(6), select.Int64(7)),
                OutRejected = new(select.Int64(8), select.Int64(9), select.Int64(10)),
                InAccepted = new(select.Int64(11), select.Int64(12), select.Int64(13)),
                InRejected = new(select.Int64(14), select.Int64(15), select.Int64(16)),
                MaxPackets = select.Int64(17),
                Flags = (ContactFlags)select.Int32(18),
                FirstAnswer = select.Int64(19),
                LastAnswer = select.Int64(20),
                AnswerMinutes = (ulong)select.Int64(21),
                InnerSources = InnerSources.Read(select.Blob(22)),
                FirstObject = select.Int64(23),
                FirstLine = select.Int64(24),
            });
        }
    }
}
