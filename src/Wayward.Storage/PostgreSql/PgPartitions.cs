using System.Globalization;
using Npgsql;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>
/// Hour cells lie in one partition for each calendar month, made when the first cell of that month comes. What lies outside the months that flow logs can be of goes to the
/// default partition, so that a record with an absurd time makes no tables.
/// </summary>
internal sealed class PgPartitions(PgSession session)
{
    /// <summary>Flow logs exist since June 2015.</summary>
    private static readonly DateOnly First = new(2015, 6, 1);

    private const string Known = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'contact_hours'::regclass";

    private HashSet<string>? _known;

    public static string NameOf(DateOnly month) => string.Create(CultureInfo.InvariantCulture, $"contact_hours_{month:yyyy_MM}");

    public void Ensure(IReadOnlyList<ObjectContribution> objects, TimeProvider time, Func<Func<bool>, bool> inTransaction)
    {
        var wanted = new HashSet<int>();
        foreach (var item in objects)
            foreach (var share in item.Batch.Instances.Values)
                foreach (var at in share.Cells.Keys) wanted.Add(at.Hour / 24);
        if (wanted.Count == 0) return;
        _known ??= [.. session.Query(Known, r => r.GetString(0))];
        var last = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddMonths(2);
        foreach (var month in wanted.Select(MonthOf).OfType<DateOnly>().Distinct().Where(m => m >= First && m <= last).Order())
        {
            if (_known.Contains(NameOf(month))) continue;
            try
            {
                inTransaction(() => Create(month));
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.CheckViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.UniqueViolation)
            {
                // A long reader is in the way, or the default partition has cells of this month already: they may lie there as well. Or another process was quicker.
            }
            _known.Add(NameOf(month));
        }
    }

    private bool Create(DateOnly month)
    {
        int from = HourOf(month), to = HourOf(month.AddMonths(1));
        session.Execute("SET LOCAL lock_timeout = '5s'");
        session.Execute(PgLocks.CommitAlone);
        session.Execute(string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE IF NOT EXISTS {NameOf(month)} PARTITION OF contact_hours FOR VALUES FROM ({from}) TO ({to})"));
        return true;
    }

    private static int HourOf(DateOnly day) => (day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * 24;

    private static DateOnly? MonthOf(int day)
    {
        long number = (long)DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + day;
        if (number < 0 || number > DateOnly.MaxValue.DayNumber) return null;
        var date = DateOnly.FromDayNumber((int)number);
        return new(date.Year, date.Month, 1);
    }
}
