using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Engine.Tests.Fakes;
using Wayward.Engine.Triage;
using Wayward.Storage.Findings;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Triage;

public sealed class TriageFlowTests : IDisposable
{
    private const long Day = 86_400, Begin = SmallObjects.Begin;
    private readonly TempFolder _logs = new();
    private readonly TempFolder _data = new();

    private Task<IngestRig> StartAsync() => IngestRig.StartAsync(_data.Root, IngestRig.Fast with { Sources = [new SourceOptions { Path = _logs.Root }] });

    private static FlowLine Ask(int host, string target, long at) => new()
    {
        Account = "111122223333", Interface = $"eni-{host:x17}", Instance = $"i-{host:x17}", Vpc = "vpc-1", Subnet = "subnet-1", Source = $"10.0.0.{host}", Destination = target, Start = at, End = at + 30,
        Direction = FlowDirection.Egress,
    };

    /// <summary>Four hosts with a usual resolver for ten days; the given ones then ask a new target.</summary>
    private void WriteHistory(string name, params (int Host, string Target, long At)[] strays)
    {
        List<string> lines = [FlowLine.Header(LineFormat.V5)];
        for (int host = 1; host <= 4; host++)
            for (int day = 0; day < 10; day++) Add(Ask(host, "9.9.9.9", Begin + day * Day + 3_600 * 8));
        foreach (var (host, target, at) in strays) Add(Ask(host, target, at));
        string path = _logs.Write(name, string.Join('\n', lines) + "\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));

        void Add(FlowLine line)
        {
            lines.Add(line.ToText(LineFormat.V5));
            lines.Add(line.Reply().ToText(LineFormat.V5));
        }
    }

    private static async Task<IReadOnlyList<FindingRow>> OpenAsync(IngestRig rig) =>
        (await rig.Findings.QueryAsync(new FindingQuery { IncludeUnreported = true }, CancellationToken.None)).Rows;

    private static async Task<StoredFinding> FindAsync(IngestRig rig, string id) => (await rig.Findings.FindAsync(id, CancellationToken.None))!;

    private const long T = Begin + 9 * Day + 40_000;

    [Fact]
    public async Task Marking_a_target_expected_closes_its_siblings_stops_new_ones_and_undo_brings_exactly_those_back()
    {
        WriteHistory("a.log", (1, "8.8.8.8", T), (2, "8.8.8.8", T + 60), (3, "198.51.101.53", T + 120));
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var open = await OpenAsync(rig);
        Assert.Equal(3, open.Count);
        var google = open.Where(f => f.Address == "8.8.8.8").ToList();
        var finding = await FindAsync(rig, google[0].Id);

        var everywhere = rig.Triage.Propose(finding.Finding)[^1];
        Assert.Equal("everywhere", everywhere.ScopeKind);
        var rule = everywhere.Rule with { Reason = "test window" };
        var preview = await rig.Triage.PreviewAsync(rule, finding.Finding.Id, CancellationToken.None);
        Assert.Equal(google.Select(f => f.Id).Order(), preview.Closes.Order());

        var outcome = await rig.Triage.ExpectAsync(rule, finding.Finding.Id, "ana", CancellationToken.None);
        Assert.Equal(google.Select(f => f.Id).Order(), outcome.Closed.Order());
        Assert.Equal("198.51.101.53", Assert.Single(await OpenAsync(rig)).Address);
        Assert.Equal((FindingStatus.ClosedExpected, outcome.Rule.Id), ((await FindAsync(rig, google[1].Id)).Status, (await FindAsync(rig, google[1].Id)).ExpectedTargetId!.Value));

        // A sibling that begins later is quiet too. It begins more than a day later, so that it makes no fleet with the others.
        WriteHistory("b.log", (4, "8.8.8.8", T + Day + 120));
        await rig.WhenIdleAsync();
        Assert.Single(await OpenAsync(rig));

        var undone = await rig.Triage.UndoAsync(outcome.AuditId, "ana", CancellationToken.None);
        Assert.True(undone.ReevaluationNeeded);
        Assert.Equal(4, (await OpenAsync(rig)).Count);
        foreach (var f in google) Assert.Equal(FindingStatus.Open, (await FindAsync(rig, f.Id)).Status);
    }

    [Fact]
    public async Task A_narrow_rule_leaves_the_siblings_open_and_deleting_it_opens_the_finding_again()
    {
        WriteHistory("a.log", (1, "8.8.8.8", T), (2, "8.8.8.8", T + 60));
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var first = (await OpenAsync(rig)).Single(f => f.Subject.Id.EndsWith('1'));
        var proposal = rig.Triage.Propose((await FindAsync(rig, first.Id)).Finding)[0];
        Assert.Equal("instance", proposal.ScopeKind);
        var outcome = await rig.Triage.ExpectAsync(proposal.Rule with { Reason = "known job" }, first.Id, "ana", CancellationToken.None);
        Assert.Equal([first.Id], outcome.Closed);
        Assert.Single(await OpenAsync(rig));
        var deleted = await rig.Triage.DeleteExpectedAsync(outcome.Rule.Id, "ana", "no longer", CancellationToken.None);
        Assert.Equal([first.Id], deleted.Reopened);
        Assert.Equal(2, (await OpenAsync(rig)).Count);
    }

    [Fact]
    public async Task Decisions_survive_evaluating_again_and_each_is_undone_alone()
    {
        WriteHistory("a.log", (1, "8.8.8.8", T), (2, "8.8.8.8", T + 60));
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var open = await OpenAsync(rig);
        string a = open[0].Id, b = open[1].Id;
        await rig.Triage.AcknowledgeAsync(FindingRefs.One(a, (await FindAsync(rig, a)).Revision), "ana", "looking", CancellationToken.None);
        long closed = await rig.Triage.CloseAsync(FindingRefs.One(b, (await FindAsync(rig, b)).Revision), Resolution.FalsePositive, "ana", "no", CancellationToken.None);
        await rig.Triage.AssignAsync(FindingRefs.One(a, (await FindAsync(rig, a)).Revision), "ben", "ana", CancellationToken.None);
        long comment = await rig.Triage.CommentAsync(a, "ana", "a thought", CancellationToken.None);
        await rig.Detection.EvaluateAllAsync(CancellationToken.None);
        // More than a day later: three within a day would be a fleet.
        WriteHistory("b.log", (3, "8.8.8.8", T + Day + 120));
        await rig.WhenIdleAsync();
        Assert.Equal((FindingStatus.Acknowledged, "ben"), ((await FindAsync(rig, a)).Status, (await FindAsync(rig, a)).Assignee));
        Assert.Equal((FindingStatus.Closed, Resolution.FalsePositive), ((await FindAsync(rig, b)).Status, (await FindAsync(rig, b)).Resolution));
        await rig.Triage.UndoAsync(closed, "ana", CancellationToken.None);
        Assert.Equal(FindingStatus.Open, (await FindAsync(rig, b)).Status);
        Assert.Equal(FindingStatus.Acknowledged, (await FindAsync(rig, a)).Status);
        await rig.Triage.UndoAsync(comment, "ana", CancellationToken.None);
        Assert.DoesNotContain(await rig.Findings.CommentsAsync(a, CancellationToken.None), c => c.Text == "a thought");
    }

    [Fact]
    public async Task A_decision_on_what_somebody_else_changed_is_refused()
    {
        WriteHistory("a.log", (1, "8.8.8.8", T));
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var stored = await FindAsync(rig, (await OpenAsync(rig))[0].Id);
        var seen = FindingRefs.One(stored.Finding.Id, stored.Revision);
        await rig.Triage.AcknowledgeAsync(seen, "ana", "", CancellationToken.None);
        await Assert.ThrowsAsync<TriageConflictException>(() => rig.Triage.CloseAsync(seen, Resolution.Duplicate, "ben", "", CancellationToken.None));
    }

    [Fact]
    public async Task Raw_records_are_found_again_by_reading_the_objects_that_cover_the_hour()
    {
        WriteHistory("a.log", (1, "8.8.8.8", T), (2, "8.8.8.8", T + 60));
        await using var rig = await StartAsync();
        await rig.WhenIdleAsync();
        var stored = await FindAsync(rig, (await OpenAsync(rig)).Single(f => f.Subject.Id.EndsWith('1')).Id);
        var target = new Wayward.Core.Contacts.Destination(stored.Finding.Addresses[0].Address, DnsTransport.Dns);
        var evidence = await rig.Get<Engine.Evidence.IEvidenceReader>().ReadAsync(stored.Finding.Members[0], target, T - 3_600, T + 3_600, 10, CancellationToken.None);
        Assert.True(evidence.Complete);
        Assert.Equal([true, false], evidence.Records.Select(r => r.Egress));
        Assert.Equal(("a.log", _logs.Root), (evidence.Records[0].Key, evidence.Records[0].Container));
        string[] file = File.ReadAllLines(_logs.Path("a.log"));
        Assert.All(evidence.Records, r => Assert.Equal(file[r.Line - 1], r.Text));
        File.Delete(_logs.Path("a.log"));
        var gone = await rig.Get<Engine.Evidence.IEvidenceReader>().ReadAsync(stored.Finding.Members[0], target, T - 3_600, T + 3_600, 10, CancellationToken.None);
        Assert.False(gone.Complete);
        Assert.Contains("not there any more", Assert.Single(gone.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_rules_and_nameless_decisions_are_refused_with_all_reasons()
    {
        await using var rig = await IngestRig.StartAsync(_data.Root, IngestRig.Fast, start: false);
        var bad = new ExpectedTarget { Action = ExpectedAction.Expected, Reason = " ", ValidFrom = 3_601, ValidTo = 0, Ports = [0], Scope = new ExpectedScope { Cohorts = ["web"], Instances = ["web-1"] } };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => rig.Triage.ExpectAsync(bad, null, "ana", CancellationToken.None));
        foreach (string part in new[] { "reason is required", "whole hour", "ends before", "Port 0", "'web' is not a group", "'web-1'" }) Assert.Contains(part, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Triage.ExpectAsync(new ExpectedTarget { Action = ExpectedAction.Expected, Reason = "all" }, null, "ana", CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Triage.CloseAsync(FindingRefs.One("x", 1), Resolution.None, "ana", "", CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Triage.AcknowledgeAsync(FindingRefs.One("x", 1), " ", "", CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Triage.CommentAsync("x", "ana", " ", CancellationToken.None));
    }

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }
}
