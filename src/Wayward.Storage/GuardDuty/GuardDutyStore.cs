using Microsoft.EntityFrameworkCore;
using Wayward.Core.GuardDuty;
using Wayward.FlowLogs;
using Wayward.Storage.Model;

namespace Wayward.Storage.GuardDuty;

/// <param name="Added">Not known before.</param>
/// <param name="Updated">Known in an older state.</param>
public sealed record GuardDutySaved(int Added, int Updated);

/// <summary>Imported findings of Amazon GuardDuty.</summary>
public interface IGuardDutyStore
{
    /// <summary>Keeps the newest state of each finding, whatever the order of imports.</summary>
    Task<GuardDutySaved> SaveAsync(IReadOnlyCollection<GuardDutyFinding> findings, CancellationToken cancellation);
    /// <summary>Ascending by first contact.</summary>
    Task<IReadOnlyList<GuardDutyFinding>> AllAsync(CancellationToken cancellation);
    Task<IReadOnlyList<GuardDutyFinding>> OfInstanceAsync(string instanceId, CancellationToken cancellation);
}

/// <inheritdoc cref="IGuardDutyStore"/>
internal sealed class GuardDutyStore(Database database) : IGuardDutyStore
{
    private const int PerTransaction = 500;

    public async Task<GuardDutySaved> SaveAsync(IReadOnlyCollection<GuardDutyFinding> findings, CancellationToken cancellation)
    {
        int added = 0, updated = 0;
        foreach (var part in findings.Chunk(PerTransaction))
        {
            var (a, u) = await database.WriteAsync(async (db, c) =>
            {
                int isNew = 0, isLater = 0;
                var ids = part.Select(f => f.Id).Distinct().ToList();
                var known = (await db.GuardDutyFindings.Where(f => ids.Contains(f.FindingId)).ToListAsync(c)).ToDictionary(f => (f.AccountId, f.Region, f.FindingId));
                foreach (var finding in part)
                {
                    if (!known.TryGetValue(finding.Key, out var row))
                    {
                        row = new() { AccountId = finding.Account, Region = finding.Region, FindingId = finding.Id };
                        db.GuardDutyFindings.Add(row);
                        isNew++;
                    }
                    else if (finding.IsNewerThan(ToFinding(row))) isLater++;
                    else continue;
                    Copy(finding, row);
                }
                await db.SaveChangesAsync(c);
                return (isNew, isLater);
            }, cancellation);
            added += a;
            updated += u;
        }
        return new(added, updated);
    }

    public Task<IReadOnlyList<GuardDutyFinding>> AllAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<GuardDutyFinding>>(async (db, c) =>
        [.. (await db.GuardDutyFindings.OrderBy(f => f.First).ThenBy(f => f.FindingId).ToListAsync(c)).Select(ToFinding)], cancellation);

    public Task<IReadOnlyList<GuardDutyFinding>> OfInstanceAsync(string instanceId, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<GuardDutyFinding>>(async (db, c) =>
        [.. (await db.GuardDutyFindings.Where(f => f.InstanceId == instanceId).OrderBy(f => f.First).ThenBy(f => f.FindingId).ToListAsync(c)).Select(ToFinding)], cancellation);

    private static void Copy(GuardDutyFinding f, GuardDutyFindingEntity row)
    {
        (row.Type, row.InstanceId, row.Address, row.Port, row.Protocol) = (f.Type, f.Instance, f.Remote?.ToString(), f.Port, f.Protocol);
        (row.First, row.Last, row.UpdatedAt, row.Count, row.Severity, row.Archived, row.Title) = (f.First, f.Last, f.UpdatedAt, f.Count, f.Severity, f.Archived, Storable(f.Title));
    }

    // PostgreSQL stores no zero character.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static GuardDutyFinding ToFinding(GuardDutyFindingEntity f) => new(
        f.AccountId, f.Region, f.FindingId, f.Type, f.InstanceId, IpAddress.TryParse(f.Address, out var address) ? address : null, f.Port, f.Protocol, f.First, f.Last, f.UpdatedAt, f.Count, f.Severity, f.Archived, f.Title);
}
