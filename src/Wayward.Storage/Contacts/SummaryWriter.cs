using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Writes what an evaluation keeps of instances.</summary>
internal static class SummaryWriter
{
    /// <summary>In one statement.</summary>
    private const int RowsAtOnce = 200;

    /// <returns>Rows written.</returns>
    public static async Task<int> WriteAsync(WaywardDbContext db, IReadOnlyCollection<InstanceKey> changed, Func<InstanceKey, byte[]?> content, CancellationToken cancellation)
    {
        int written = 0;
        foreach (var part in changed.Order().Chunk(RowsAtOnce))
        {
            var keys = part.Select(k => k.Id).ToList();
            var gone = new List<int>();
            var values = new List<object>();
            // What an inventory put together of several has no row of its own, and is put together again.
            foreach (var row in await db.Instances.Where(i => keys.Contains(i.Key)).OrderBy(i => i.Id).Select(i => new { i.Id, i.Key }).ToListAsync(cancellation))
            {
                if (content(new(row.Key)) is { } bytes) values.AddRange([row.Id, bytes]);
                else gone.Add(row.Id);
            }
            if (values.Count > 0) written += await db.Database.ExecuteSqlRawAsync(Upsert(values.Count / 2), values, cancellation);
            if (gone.Count > 0) await db.InstanceSummaries.Where(d => gone.Contains(d.InstanceId)).ExecuteDeleteAsync(cancellation);
        }
        return written;
    }

    private static string Upsert(int rows)
    {
        var sql = new StringBuilder("INSERT INTO instance_summaries (instance_id, content) VALUES ");
        for (int i = 0; i < rows; i++) sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}({{{2 * i}}}, {{{2 * i + 1}}})");
        return sql.Append(" ON CONFLICT (instance_id) DO UPDATE SET content = excluded.content").ToString();
    }
}
