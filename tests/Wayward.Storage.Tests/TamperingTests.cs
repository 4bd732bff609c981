using Microsoft.EntityFrameworkCore;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;
using Wayward.Storage.Maintenance;

namespace Wayward.Storage.Tests;

/// <summary>What <c>verify</c> finds when something other than the program changed the database.</summary>
public abstract class TamperingTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A store with contacts, findings, decisions, an undone decision, a rule and a comment.</summary>
    private async Task<StorageFixture> FilledAsync()
    {
        var storage = await StorageFixture.CreateAsync(provider);
        await MaintenanceTests.FillAsync(storage);
        var (a, b) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Google, Make.T0));
        await storage.Findings.ApplyAsync(Make.Result(a, b), null, _ => null, Token);
        long close = await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [a.Id] = 1 }, FindingStatus.Closed, Resolution.FalsePositive, null, "ana", "mine"), Token);
        await storage.Audit.UndoAsync(close, "ben", Token);
        await storage.Findings.AddCommentAsync(b.Id, "ana", "looks odd", Token);
        var (rule, _) = await storage.Expected.AddAsync(new ExpectedTarget { Action = ExpectedAction.Expected, Providers = ["Google"], Reason = "ours", ValidTo = Make.T0 }, null, "ana", Token);
        await storage.Expected.DeleteAsync(rule.Id, "ana", "no more", Token);
        var (incident, _) = await storage.Get<IIncidentStore>().CreateAsync("Two servers", [a.Id, b.Id], "ana", Token);
        await storage.Get<IIncidentStore>().AddTaskAsync(incident, "ask the owner", "ana", Token);
        // The same finding with an earlier start takes triage and comments over.
        await storage.Findings.ApplyAsync(Make.Result(a, b with { Id = b.GroupId + "-1", First = b.First - 60 }), null, _ => null, Token);
        await storage.Get<IStorageMaintenance>().RunAsync(new RetentionOptions { CompactAfterDays = 0 }, Token);
        return storage;
    }

    [Fact]
    public async Task What_the_program_wrote_is_sound()
    {
        await using var storage = await FilledAsync();
        var report = await storage.Get<IStorageMaintenance>().VerifyAsync(Token);
        Assert.Empty(report.Problems);
        Assert.True(report.Audit.Entries >= 5);
    }

    [Theory]
    [InlineData("DELETE FROM audit_entries WHERE id = (SELECT max(id) FROM audit_entries)", "does not end where it ended")]
    [InlineData("DELETE FROM audit_entries WHERE id = (SELECT min(id) FROM audit_entries)", "or the entries before it")]
    [InlineData("DELETE FROM audit_entries", "does not end where it ended")]
    [InlineData("UPDATE audit_entries SET actor = 'eve' WHERE id = (SELECT max(id) FROM audit_entries)", "audit log is not what was written")]
    [InlineData("UPDATE audit_entries SET summary = 'Closed as benign' WHERE verb = 'finding.close'", "audit log is not what was written")]
    [InlineData("UPDATE audit_entries SET at = at + 1 WHERE verb = 'undo'", "audit log is not what was written")]
    [InlineData("UPDATE audit_entries SET undone_by = NULL", "what was undone")]
    [InlineData("UPDATE audit_heads SET sequence = sequence - 1", "does not end where it ended")]
    [InlineData("DELETE FROM audit_heads", "closes the audit log is missing")]
    [InlineData("INSERT INTO audit_entries (id, at, actor, verb, subject, summary, search, sequence, hash, text_hash, salt) SELECT 1000, at, actor, verb, subject, summary, search, 1000, hash, text_hash, salt FROM audit_entries WHERE verb = 'undo'", "audit log is not what was written")]
    [InlineData("UPDATE findings SET severity = 1, band = 1", "finding")]
    [InlineData("UPDATE findings SET status = 3, is_open = 0", "finding")]
    [InlineData("UPDATE findings SET assignee = 'eve'", "finding")]
    [InlineData("UPDATE findings SET last = last + 1 WHERE subject_id = 'i-1'", "finding")]
    [InlineData("UPDATE finding_documents SET json = replace(json, '8.8.8.8', '8.8.8.9')", "The text of finding")]
    [InlineData("DELETE FROM finding_documents", "The text of finding")]
    [InlineData("DELETE FROM findings WHERE subject_id = 'i-1'", "findings, ")]
    [InlineData("UPDATE finding_comments SET text = 'looks fine'", "comment")]
    [InlineData("DELETE FROM finding_comments", "not among the comments")]
    [InlineData("UPDATE expected_targets SET deleted_at = NULL", "rule")]
    [InlineData("UPDATE expected_targets SET json = replace(json, 'Google', 'Quad9')", "rule")]
    [InlineData("UPDATE incidents SET narrative = 'all is well'", "The incident 1 is not what was written")]
    [InlineData("UPDATE incidents SET shown = 0", "The incident 1 is not what was written")]
    [InlineData("UPDATE incidents SET highest_severity = 10", "another highest severity")]
    [InlineData("UPDATE findings SET incident_id = NULL WHERE subject_id = 'i-1'", "expected, or another highest severity")]
    [InlineData("DELETE FROM incidents", "not among the incidents")]
    [InlineData("UPDATE incident_tasks SET done_by = 'eve'", "The task 1 is not what was written")]
    [InlineData("DELETE FROM expected_targets", "not among the rules")]
    [InlineData("DELETE FROM coverage_days", "contacts of")]
    [InlineData("DELETE FROM source_objects", "ledger of objects is empty")]
    public async Task Whatever_else_was_changed_is_found(string sql, string sentence)
    {
        await using var storage = await FilledAsync();
        await using (var db = storage.Contexts.CreateDbContext()) Assert.True(await db.Database.ExecuteSqlRawAsync(sql, Token) > 0, sql);
        var report = await storage.Get<IStorageMaintenance>().VerifyAsync(Token);
        Assert.Contains(report.Problems, p => p.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_database_is_not_sound()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        Assert.Contains("empty", Assert.Single((await storage.Get<IStorageMaintenance>().VerifyAsync(Token)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_whose_tables_were_all_emptied_is_not_sound()
    {
        await using var storage = await FilledAsync();
        await using (var db = storage.Contexts.CreateDbContext())
        {
            foreach (string table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!))
            {
#pragma warning disable EF1002 // names of our own model
                await db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}", Token);
#pragma warning restore EF1002
            }
        }
        Assert.NotEmpty((await storage.Get<IStorageMaintenance>().VerifyAsync(Token)).Problems);
    }
}
