using Microsoft.EntityFrameworkCore;

namespace Wayward.Storage.Model;

internal static class FindingModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<FindingEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.Property(x => x.Id).ValueGeneratedNever();
            // As numbers, so that a filter reads "is_open = 1", which an index can seek; of a bare "is_open" SQLite makes nothing.
            e.Property(x => x.IsOpen).HasConversion<int>();
            e.Property(x => x.Reported).HasConversion<int>();
            // The queue: open and reported, in each order offered; ending in the id for a stable page.
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.Severity, x.First, x.Id });
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.First, x.Id });
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.Last, x.Id });
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.Count, x.Id });
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.SubjectId, x.Id });
            e.HasIndex(x => new { x.IsOpen, x.Reported, x.DetectedAt, x.Id });
            // Any status.
            e.HasIndex(x => new { x.Severity, x.First, x.Id });
            e.HasIndex(x => new { x.First, x.Id });
            e.HasIndex(x => new { x.SubjectId, x.First });
            e.HasIndex(x => new { x.Target, x.First });
            e.HasIndex(x => x.GroupId);
            e.HasIndex(x => x.ExpectedTargetId);
            e.HasIndex(x => x.IncidentId);
            // Findings of one Auto Scaling group around a moment.
            e.HasIndex(x => new { x.Asg, x.First });
        });
        model.Entity<FindingDocumentEntity>(e =>
        {
            e.HasKey(x => x.FindingId);
            e.Property(x => x.FindingId).ValueGeneratedNever();
        });
        model.Entity<FindingMemberEntity>(e =>
        {
            e.HasKey(x => new { x.FindingId, x.InstanceKey });
            e.HasIndex(x => x.InstanceKey);
        });
        model.Entity<FindingAddressEntity>(e =>
        {
            e.HasKey(x => new { x.FindingId, x.Address });
            e.HasIndex(x => x.Address);
        });
        model.Entity<FindingAliasEntity>(e =>
        {
            e.HasKey(x => x.OldId);
            e.HasIndex(x => x.FindingId);
        });
        model.Entity<FindingTallyEntity>().HasKey(x => new { x.Status, x.Reported, x.Type, x.Transport, x.Band });
        model.Entity<FindingCommentEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => new { x.FindingId, x.At });
        });
        model.Entity<ExpectedTargetEntity>().HasKey(x => x.Id);
        model.Entity<AuditEntryEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => new { x.Subject, x.Id });
            e.HasIndex(x => x.Sequence).IsUnique();
        });
        model.Entity<AuditHeadEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new AuditHeadEntity { Id = Audit.AuditChain.HeadId, Sequence = 0, Hash = Audit.AuditChain.Beginning });
        });
        model.Entity<AuditSubjectEntity>(e =>
        {
            e.HasKey(x => new { x.AuditId, x.Subject });
            e.HasIndex(x => new { x.Subject, x.AuditId });
        });
    }
}
