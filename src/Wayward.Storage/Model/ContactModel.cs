using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Model;

internal static class ContactModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<InstanceEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => x.Key).IsUnique();
            // An index for each order that the list offers, ending in the key, so that a page is a short range scan. Not for LastSeen: every commit
            // changes it for every instance, and keeping that in order costs more than sorting when someone asks.
            e.HasIndex(x => new { x.FirstSeen, x.Key });
            e.HasIndex(x => new { x.Destinations, x.Key });
            e.HasIndex(x => new { x.OpenFindings, x.MaxSeverity, x.Key });
            e.HasIndex(x => x.ObservedSince);
        });
        model.Entity<EndpointEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => new { x.Address, x.Protocol, x.Port }).IsUnique();
            e.HasIndex(x => new { x.First, x.Id });
        });
        model.Entity<ContactPairEntity>(e =>
        {
            e.HasKey(x => new { x.InstanceId, x.EndpointId });
            e.HasIndex(x => new { x.EndpointId, x.First });
        });
        model.Entity<ContactHourEntity>(e =>
        {
            e.HasKey(x => new { x.InstanceId, x.EndpointId, x.Hour, x.Log });
            int order = 0;
            foreach (string name in new[] { nameof(ContactHourEntity.InstanceId), nameof(ContactHourEntity.EndpointId), nameof(ContactHourEntity.Hour), nameof(ContactHourEntity.Log) }) e.Property(name).HasColumnOrder(order++);
            foreach (var column in ContactColumns.All)
            {
                var property = column is not NumberColumn number ? e.Property<byte[]?>(column.Name)
                    // The default is what a migration that adds the column writes into older rows.
                    : number.IsSmall ? e.Property<short>(number.Name).HasDefaultValue((short)number.Empty)
                    : (PropertyBuilder)e.Property<long>(number.Name).HasDefaultValue(number.Empty);
                property.ValueGeneratedNever().HasColumnOrder(order++);
            }
        });
        model.Entity<CoverageDayEntity>().HasKey(x => new { x.InstanceId, x.Day });
        model.Entity<InstanceFactEntity>(e =>
        {
            e.HasKey(x => new { x.InstanceId, x.Attribute, x.Value });
            e.HasIndex(x => new { x.Attribute, x.Value });
        });
        model.Entity<ContactEvidenceEntity>().HasKey(x => new { x.InstanceId, x.EndpointId, x.Start, x.ObjectId, x.Line });
        model.Entity<LedgerStateEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new LedgerStateEntity { Id = LedgerStateEntity.OnlyId });
        });
        model.Entity<DayChecksumEntity>(e =>
        {
            e.HasKey(x => x.Day);
            e.Property(x => x.Day).ValueGeneratedNever();
        });
        model.Entity<TouchedEndpointEntity>(e =>
        {
            e.HasKey(x => x.EndpointId);
            e.Property(x => x.EndpointId).ValueGeneratedNever();
        });
        model.Entity<TouchedInstanceEntity>(e =>
        {
            e.HasKey(x => x.InstanceId);
            e.Property(x => x.InstanceId).ValueGeneratedNever();
        });
        model.Entity<InstanceSummaryEntity>(e =>
        {
            e.HasKey(x => x.InstanceId);
            e.Property(x => x.InstanceId).ValueGeneratedNever();
        });
        model.Entity<RebuildWindowEntity>().HasKey(x => x.Id);
        model.Entity<ObjectReplayEntity>().HasKey(x => new { x.ObjectId, x.WindowId });
        model.Entity<BackfillEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => x.State);
        });
        model.Entity<SourceEntity>().HasKey(x => x.Name);
        model.Entity<SourceObjectEntity>(e =>
        {
            e.HasKey(x => x.ObjectId);
            e.Property(x => x.ObjectId).ValueGeneratedNever();
            // Written by statements that do not name them, too.
            e.Property(x => x.Backfill).HasDefaultValue(0);
            e.Property(x => x.Turn).HasDefaultValue(0L);
            // Each lane of a source is a queue of its own.
            e.HasIndex(x => new { x.Source, x.Backfill, x.State, x.Turn, x.ObjectId });
            e.HasIndex(x => new { x.State, x.SeenAt, x.ObjectId });
            e.HasIndex(x => new { x.SeenAt, x.ObjectId });
            e.HasIndex(x => x.Sha256);
            e.HasIndex(x => new { x.Container, x.Key });
            e.HasIndex(x => new { x.State, x.LastEnd, x.FirstStart });
            // Whose records came with the commits since the last evaluation.
            e.HasIndex(x => x.CommitNumber);
        });
    }
}
