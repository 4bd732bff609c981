using Wayward.Core.Detection;
using Wayward.Core.Incidents;
using Wayward.Core.Resolvers;
using Wayward.Storage.Audit;
using Wayward.Storage.Findings;
using Wayward.Storage.Incidents;

namespace Wayward.Storage.Tests;

public abstract class IncidentTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<(StorageFixture Storage, IIncidentStore Incidents, Finding[] Findings)> ThreeAsync(StorageProvider provider)
    {
        var storage = await StorageFixture.CreateAsync(provider);
        Finding[] findings = [Make.Finding("i-1", Make.Google, Make.T0, 50), Make.Finding("i-2", Make.Google, Make.T0 + 60, 72), Make.Finding("i-3", Make.Quad9, Make.T0 + 120, 41, "Quad9")];
        await storage.Findings.ApplyAsync(Make.Result(findings), null, _ => null, Token);
        return (storage, storage.Get<IIncidentStore>(), findings);
    }

    [Fact]
    public async Task Findings_are_gathered_detached_and_undone_exactly()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (id, made) = await incidents.CreateAsync("Google on the web", [f[0].Id, f[1].Id], "ana", Token);
        var stored = (await incidents.FindAsync(id, Token))!;
        Assert.Equal((2, 72, 72, IncidentStatus.Open), (stored.Incident.FindingCount, stored.Incident.Severity, stored.Incident.HighestSeverity, stored.Incident.Status));
        Assert.Equal([f[0].Id, f[1].Id], stored.Findings.Select(r => r.Id));
        Assert.Equal(id, (await storage.Findings.FindAsync(f[0].Id, Token))!.IncidentId);
        Assert.Equal(2, (await storage.Findings.QueryAsync(new() { IncidentId = id }, Token)).Total);

        long detached = await incidents.DetachAsync(id, [f[1].Id], "ben", Token);
        Assert.Equal((1, 50), ((await incidents.FindAsync(id, Token))!.Incident.FindingCount, (await incidents.FindAsync(id, Token))!.Incident.Severity));
        var undo = await storage.Audit.UndoAsync(detached, "ben", Token);
        Assert.Equal([f[1].Id], undo.Restored);
        Assert.Equal((2, 72), ((await incidents.FindAsync(id, Token))!.Incident.FindingCount, (await incidents.FindAsync(id, Token))!.Incident.Severity));

        // The creation is undone, and that undone again.
        var gone = await storage.Audit.UndoAsync(made, "ana", Token);
        Assert.Empty(gone.Left);
        Assert.Null(await incidents.FindAsync(id, Token));
        Assert.Null((await storage.Findings.FindAsync(f[0].Id, Token))!.IncidentId);
        await storage.Audit.UndoAsync(gone.EntryId!.Value, "ana", Token);
        Assert.Equal(2, (await incidents.FindAsync(id, Token))!.Incident.FindingCount);
        Assert.Contains(await storage.Audit.OfFindingAsync(f[1].Id, Token), e => e.Verb == "incident.detach");
        Assert.Contains(await storage.Audit.OfSubjectsAsync([AuditSubjects.Incident(1)], Token), e => e.Verb == "incident.create");
    }

    [Fact]
    public async Task An_incident_that_others_added_to_stays_when_its_creation_is_undone()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (id, made) = await incidents.CreateAsync("One", [f[0].Id], "ana", Token);
        await incidents.AttachAsync(id, [f[1].Id], "ben", Token);
        var undo = await storage.Audit.UndoAsync(made, "ana", Token);
        Assert.Equal([f[0].Id], undo.Restored);
        Assert.Contains("were gathered into it since", Assert.Single(undo.Left), StringComparison.Ordinal);
        Assert.Equal([f[1].Id], (await incidents.FindAsync(id, Token))!.Findings.Select(r => r.Id));
    }

    [Fact]
    public async Task A_finding_is_in_one_incident_at_a_time()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (first, _) = await incidents.CreateAsync("One", [f[0].Id], "ana", Token);
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => incidents.CreateAsync("Two", [f[0].Id, f[1].Id], "ana", Token));
        Assert.Contains($"incident {first} already", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.AttachAsync(first, [f[0].Id], "ana", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.AttachAsync(first, ["unknown"], "ana", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.DetachAsync(first, [f[1].Id], "ana", Token));
        await incidents.AttachAsync(first, [f[0].Id, f[2].Id], "ana", Token);
        Assert.Equal([f[0].Id, f[2].Id], (await incidents.FindAsync(first, Token))!.Findings.Select(r => r.Id));
    }

    [Fact]
    public async Task Edits_are_refused_when_the_same_was_changed_since_and_undone_field_by_field()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (id, _) = await incidents.CreateAsync("One", [f[0].Id], "ana", Token);
        long named = await incidents.EditAsync(id, 1, new() { Title = "Two", Severity = new(80, "the payroll server") }, "ana", Token);
        await Assert.ThrowsAsync<IncidentConflictException>(() => incidents.EditAsync(id, 1, new() { Owner = "ben" }, "ben", Token));
        // The narrative has a revision of its own: a new title does not refuse a long text.
        await incidents.EditAsync(id, 1, new() { Narrative = "First line" }, "ben", Token);
        await Assert.ThrowsAsync<IncidentConflictException>(() => incidents.EditAsync(id, 1, new() { Narrative = "Other" }, "ana", Token));
        await incidents.EditAsync(id, 2, new() { Status = IncidentStatus.Contained, Owner = "ben" }, "ben", Token);
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.EditAsync(id, 3, new() { Owner = "ben" }, "ben", Token));

        var undo = await storage.Audit.UndoAsync(named, "ana", Token);
        Assert.Empty(undo.Left);
        var incident = (await incidents.FindAsync(id, Token))!.Incident;
        Assert.Equal(("One", 50, (int?)null, "", IncidentStatus.Contained, "ben", "First line"), (incident.Title, incident.Severity, incident.SetSeverity, incident.SeverityReason, incident.Status, incident.Owner, incident.Narrative));

        long again = await incidents.EditAsync(id, incident.Revision, new() { Title = "Three" }, "ana", Token);
        await incidents.EditAsync(id, incident.Revision + 1, new() { Title = "Four" }, "ben", Token);
        Assert.Contains("changed since", Assert.Single((await storage.Audit.UndoAsync(again, "ana", Token)).Left), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_are_ticked_off_by_someone_and_undone()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (id, _) = await incidents.CreateAsync("One", [f[0].Id], "ana", Token);
        await incidents.AddTaskAsync(id, "Ask the owner", "ana", Token);
        var task = Assert.Single((await incidents.FindAsync(id, Token))!.Tasks);
        long ticked = await incidents.SetTaskAsync(task.Id, true, "ben", Token);
        Assert.Equal(("ben", true), ((await incidents.FindAsync(id, Token))!.Tasks[0].DoneBy, (await incidents.FindAsync(id, Token))!.Tasks[0].Done));
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.SetTaskAsync(task.Id, true, "ana", Token));
        await storage.Audit.UndoAsync(ticked, "ana", Token);
        Assert.False((await incidents.FindAsync(id, Token))!.Tasks[0].Done);
        long removed = await incidents.SetTaskAsync(task.Id, null, "ana", Token);
        Assert.Empty((await incidents.FindAsync(id, Token))!.Tasks);
        await storage.Audit.UndoAsync(removed, "ana", Token);
        Assert.Single((await incidents.FindAsync(id, Token))!.Tasks);
    }

    [Fact]
    public async Task The_list_pages_by_key_counts_and_finds_by_text()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        for (int i = 0; i < 7; i++) await incidents.CreateAsync($"Incident number {i}", i == 0 ? [f[0].Id] : [], "ana", Token);
        await incidents.EditAsync(3, 1, new() { Status = IncidentStatus.Closed }, "ana", Token);
        List<int> seen = [];
        for (IncidentPosition? after = null; ;)
        {
            var page = await incidents.QueryAsync(new() { Take = 3, After = after }, Token);
            Assert.Equal((6, 1), (page.Open, page.Closed));
            seen.AddRange(page.Rows.Select(r => r.Incident.Id));
            if (page.Next is null) break;
            after = page.Next;
        }
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], seen);
        Assert.Equal([3], (await incidents.QueryAsync(new() { Open = false }, Token)).Rows.Select(r => r.Incident.Id));
        Assert.Equal([1], (await incidents.QueryAsync(new() { Text = "NUMBER 0" }, Token)).Rows.Select(r => r.Incident.Id));
        Assert.Equal(1, (await incidents.QueryAsync(new() { Text = "number 0" }, Token)).Rows[0].OpenFindings);
    }

    [Fact]
    public async Task A_finding_whose_start_moves_stays_in_its_incident_and_raises_its_severity()
    {
        var (storage, incidents, f) = await ThreeAsync(provider);
        await using var _ = storage;
        var (id, _) = await incidents.CreateAsync("One", [f[0].Id], "ana", Token);
        var moved = Make.Finding("i-1", Make.Google, Make.T0 - 300, 80) with { GroupId = f[0].GroupId, Last = f[0].Last };
        await storage.Findings.ApplyAsync(Make.Result(moved, f[1], f[2]), null, _ => null, Token);
        var stored = (await incidents.FindAsync(id, Token))!;
        Assert.Equal([moved.Id], stored.Findings.Select(r => r.Id));
        Assert.Equal((80, 1), (stored.Incident.Severity, stored.Incident.FindingCount));
        // The old id still names the finding.
        await Assert.ThrowsAsync<ArgumentException>(() => incidents.CreateAsync("Two", [f[0].Id], "ana", Token));
    }

    [Fact]
    public async Task Relatives_are_proposed_with_what_they_share()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var anchor = Make.Finding("i-1", Make.Google, Make.T0) with { Asg = "web", Outcome = ContactOutcome.Blocked };
        var chain = Make.Finding("i-1", Make.Quad9, Make.T0 + 600, 60, "Quad9") with { Transport = DnsTransport.DoT, Type = UnusualDotActivity.Type };
        var target = Make.Finding("i-9", Make.Google2, Make.T0 + 86_400);
        var group = Make.Finding("i-8", Make.Quad9, Make.T0 + 3_600, 50, "Quad9") with { Asg = "web" };
        var later = Make.Finding("i-7", Make.Google, Make.T0 + 40 * 86_400);
        await storage.Findings.ApplyAsync(Make.Result(anchor, chain, target, group, later), null, _ => null, Token);
        var related = await storage.Get<IIncidentStore>().RelatedAsync(anchor.Id, 20, Token);
        Assert.Equal([chain.Id, group.Id, target.Id], related.Select(r => r.Row.Id));
        Assert.Equal([Kinship.SameInstance | Kinship.EvasionChain, Kinship.SameGroup, Kinship.SameTarget], related.Select(r => r.Kinship));
    }
}
