using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Wayward.Storage.Model;

/// <summary>
/// The database. Hot tables (cells, pairs, coverage, evidence) are read through it but written by the batch writer of the provider; all else goes through it.
/// </summary>
public sealed class WaywardDbContext(DbContextOptions<WaywardDbContext> options) : DbContext(options)
{
    public DbSet<InstanceEntity> Instances => Set<InstanceEntity>();
    public DbSet<EndpointEntity> Endpoints => Set<EndpointEntity>();
    public DbSet<ContactPairEntity> ContactPairs => Set<ContactPairEntity>();
    public DbSet<ContactHourEntity> ContactHours => Set<ContactHourEntity>();
    public DbSet<CoverageDayEntity> CoverageDays => Set<CoverageDayEntity>();
    public DbSet<InstanceFactEntity> InstanceFacts => Set<InstanceFactEntity>();
    public DbSet<ContactEvidenceEntity> ContactEvidence => Set<ContactEvidenceEntity>();
    public DbSet<LedgerStateEntity> LedgerState => Set<LedgerStateEntity>();
    public DbSet<DayChecksumEntity> DayChecksums => Set<DayChecksumEntity>();
    public DbSet<TouchedEndpointEntity> TouchedEndpoints => Set<TouchedEndpointEntity>();
    public DbSet<TouchedInstanceEntity> TouchedInstances => Set<TouchedInstanceEntity>();
    public DbSet<InstanceSummaryEntity> InstanceSummaries => Set<InstanceSummaryEntity>();
    public DbSet<SourceObjectEntity> SourceObjects => Set<SourceObjectEntity>();
    public DbSet<BackfillEntity> Backfills => Set<BackfillEntity>();
    public DbSet<SourceEntity> Sources => Set<SourceEntity>();
    public DbSet<RebuildWindowEntity> RebuildWindows => Set<RebuildWindowEntity>();
    public DbSet<ObjectReplayEntity> ObjectReplays => Set<ObjectReplayEntity>();
    public DbSet<FindingEntity> Findings => Set<FindingEntity>();
    public DbSet<FindingDocumentEntity> FindingDocuments => Set<FindingDocumentEntity>();
    public DbSet<FindingMemberEntity> FindingMembers => Set<FindingMemberEntity>();
    public DbSet<FindingAddressEntity> FindingAddresses => Set<FindingAddressEntity>();
    public DbSet<FindingAliasEntity> FindingAliases => Set<FindingAliasEntity>();
    public DbSet<FindingTallyEntity> FindingTallies => Set<FindingTallyEntity>();
    public DbSet<FindingCommentEntity> FindingComments => Set<FindingCommentEntity>();
    public DbSet<IncidentEntity> Incidents => Set<IncidentEntity>();
    public DbSet<IncidentTaskEntity> IncidentTasks => Set<IncidentTaskEntity>();
    public DbSet<ExpectedTargetEntity> ExpectedTargets => Set<ExpectedTargetEntity>();
    public DbSet<GuardDutyFindingEntity> GuardDutyFindings => Set<GuardDutyFindingEntity>();
    public DbSet<ExportStreamEntity> ExportStreams => Set<ExportStreamEntity>();
    public DbSet<ExportedFindingEntity> ExportedFindings => Set<ExportedFindingEntity>();
    public DbSet<AuditEntryEntity> AuditEntries => Set<AuditEntryEntity>();
    public DbSet<AuditHeadEntity> AuditHeads => Set<AuditHeadEntity>();
    public DbSet<AuditSubjectEntity> AuditSubjects => Set<AuditSubjectEntity>();
    public DbSet<UserEntity> Users => Set<UserEntity>();
    public DbSet<SessionEntity> Sessions => Set<SessionEntity>();
    public DbSet<SignInLinkEntity> SignInLinks => Set<SignInLinkEntity>();

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        CheckedRows.Seal(ChangeTracker);
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        bool byBytes = Database.IsNpgsql();
        ContactModel.Configure(modelBuilder);
        FindingModel.Configure(modelBuilder);
        ExchangeModel.Configure(modelBuilder);
        AccessModel.Configure(modelBuilder);
        IncidentModel.Configure(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.Name));
                // Text sorts by its bytes, as it does in SQLite, whatever language the database was made for.
                if (byBytes && property.ClrType == typeof(string)) property.SetCollation("C");
            }
        }
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1])) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }
}
