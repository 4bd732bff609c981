using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Maintenance;

/// <summary>Checksum of one UTC day's cells and coverage.</summary>
/// <param name="Day">Days since the epoch.</param>
/// <param name="Checksum">32 hex digits.</param>
public sealed record DayChecksum(int Day, long Rows, string Checksum);

/// <summary>
/// Computes checksums by natural keys: the sum, over a day's rows, of the first 16 bytes of each row's SHA-256. A sum does not ask for an order, so one pass in
/// whatever order the rows lie does for all days. SQLite's own integrity check does not see a flipped bit in a value; this does.
/// </summary>
internal static class DayChecksums
{
    /// <param name="readCells">Gives all cells, in any order.</param>
    public static async Task<List<DayChecksum>> ComputeAsync(WaywardDbContext db, Action<CellReceiver> readCells, CancellationToken cancellation)
    {
        var instances = await db.Instances.AsNoTracking().ToDictionaryAsync(i => i.Id, i => i.Key, cancellation);
        var endpoints = await LedgerReader.EndpointsAsync(db, cancellation);
        var days = new SortedDictionary<int, (long Rows, UInt128 Sum)>();
        var row = new RowHash();
        readCells((instance, endpoint, cell) =>
        {
            var e = endpoints.GetValueOrDefault(endpoint);
            row.Begin(1).Add(instances.GetValueOrDefault(instance) ?? "?").Add(e.Address.ToBytes()).Add(e.Protocol).Add(e.Port).Add(cell.Hour);
            if (cell.Log != 0) row.Add(cell.Log);
            for (byte i = 0; i < ContactColumns.All.Length; i++)
            {
                // What is empty is left out, so that a column that is added later changes no checksum.
                if (ContactColumns.All[i] is NumberColumn number)
                {
                    if (number.Get(cell) is var value && value != number.Empty) row.Add(i).Add(value);
                }
                else if (((BytesColumn)ContactColumns.All[i]).Get(cell) is { } bytes) row.Add(i).Add(bytes);
            }
            Count(cell.Hour / 24);
        });
        await foreach (var c in db.CoverageDays.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            row.Begin(2).Add(instances.GetValueOrDefault(c.InstanceId) ?? "?").Add(c.Day).Add(c.FirstStart).Add(c.LastEnd).Add(c.Hours).Add(c.SkipHours).Add(c.Records);
            Count(c.Day);
        }
        return [.. days.Select(d => new DayChecksum(d.Key, d.Value.Rows, d.Value.Sum.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)))];

        void Count(int day)
        {
            var (rows, sum) = days.GetValueOrDefault(day);
            days[day] = (rows + 1, sum + row.End());
        }
    }

    /// <summary>The canonical bytes of a row: lengths before texts, so that no two rows have the same bytes.</summary>
    private sealed class RowHash
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(512);

        public RowHash Begin(byte kind)
        {
            _bytes.ResetWrittenCount();
            _bytes.Write([kind]);
            return this;
        }

        public RowHash Add(long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), value);
            _bytes.Advance(sizeof(long));
            return this;
        }

        public RowHash Add(byte[] value)
        {
            Add(value.Length);
            _bytes.Write(value);
            return this;
        }

        public RowHash Add(string value) => Add(System.Text.Encoding.UTF8.GetBytes(value));

        public UInt128 End()
        {
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(_bytes.WrittenSpan, hash);
            return BinaryPrimitives.ReadUInt128BigEndian(hash);
        }
    }
}
