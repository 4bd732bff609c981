using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Findings;

/// <summary>
/// Findings of an evaluation that gather others. A finding that becomes a part of one is withdrawn; what people did with it must not be lost: comments and assignee go to the whole, and a decision stays
/// with the part and is told there.
/// </summary>
internal sealed class FindingWholes(IReadOnlyList<Finding> findings)
{
    private readonly List<(Finding Finding, HashSet<InstanceKey> Members, HashSet<IpAddress> Addresses)> _wholes =
        [.. findings.Where(f => f.Type.Gathers).Select(f => (f, f.Members.ToHashSet(), f.Addresses.Select(a => a.Address).ToHashSet()))];

    /// <summary>The finding that this one is a part of now: the one with most members that has all its instances and addresses, and its first contact; null = none.</summary>
    public Finding? Of(Finding gone)
    {
        if (!gone.Type.IsFirstContact) return null;
        return _wholes.Where(w => w.Finding.First <= gone.First && gone.First <= w.Finding.Last && gone.Members.All(w.Members.Contains) && gone.Addresses.All(a => w.Addresses.Contains(a.Address)))
            .OrderByDescending(w => w.Members.Count).ThenByDescending(w => w.Addresses.Count).ThenBy(w => w.Finding.Id, StringComparer.Ordinal).Select(w => w.Finding).FirstOrDefault();
    }

    /// <param name="row">Of the part, already withdrawn.</param>
    public static async Task CarryAsync(WaywardDbContext db, long now, Finding gone, FindingEntity row, Finding whole, CancellationToken cancellation)
    {
        var comments = await db.FindingComments.AsNoTracking().Where(m => m.FindingId == gone.Id && !m.Withdrawn).ToListAsync(cancellation);
        if (row.PreviousStatus == (byte)FindingStatus.Closed)
        {
            comments.Add(new() { Author = AuditLog.System, At = now, Text = $"Before it became part of this finding, the finding about {string.Join(", ", gone.Members.Select(m => m.Id))} was closed as {((Resolution)row.Resolution).Words()}." });
        }
        if (comments.Count > 0)
        {
            var known = (await db.FindingComments.Where(m => m.FindingId == whole.Id).Select(m => new { m.Author, m.Text }).ToListAsync(cancellation)).Select(m => (m.Author, m.Text)).ToHashSet();
            foreach (var comment in comments.OrderBy(m => m.At).ThenBy(m => m.Id))
                if (known.Add((comment.Author, comment.Text))) db.FindingComments.Add(new() { FindingId = whole.Id, Author = comment.Author, At = comment.At, Text = comment.Text });
        }
        // Loaded, so that its checksum follows.
        if (row.Assignee is { } assignee && await db.Findings.AsTracking().FirstOrDefaultAsync(f => f.Id == whole.Id && f.Assignee == null, cancellation) is { } holder) holder.Assignee = assignee;
    }
}
