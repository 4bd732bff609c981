using Microsoft.EntityFrameworkCore;

namespace Wayward.Storage.Model;

/// <summary>What comes from and goes to other programs.</summary>
internal static class ExchangeModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<GuardDutyFindingEntity>(e =>
        {
            e.HasKey(x => new { x.AccountId, x.Region, x.FindingId });
            e.HasIndex(x => new { x.InstanceId, x.First });
        });
        model.Entity<ExportStreamEntity>().HasKey(x => x.Name);
        model.Entity<ExportedFindingEntity>().HasKey(x => new { x.Stream, x.FindingId });
    }
}
