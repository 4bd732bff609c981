using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Expected;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

internal enum RuleState { InForce, NotYet, Expired, Withdrawn }

/// <summary>A rule with what it does.</summary>
/// <param name="Closed">Findings that it closed and keeps closed, among the newest that were looked at.</param>
internal sealed record RuleView(ExpectedTarget Rule, RuleState State, int Closed);

/// <summary>Reads rules with their effect, and prepares new ones.</summary>
internal sealed class ExpectedService(IExpectedTargetStore rules, IFindingStore findings, IInstanceStore instances, ITriageService triage, UiState ui)
{
    private const int Looked = 500;

    /// <param name="all">Withdrawn and expired ones too.</param>
    public async Task<IReadOnlyList<RuleView>> ListAsync(bool all, CancellationToken cancellation)
    {
        var stored = await rules.AllAsync(cancellation);
        var closed = await ClosedByRuleAsync(cancellation);
        return [.. stored.Select(r => new RuleView(r, StateOf(r), closed.GetValueOrDefault(r.Id))).Where(v => all || v.State is RuleState.InForce or RuleState.NotYet).OrderByDescending(v => v.Rule.Id)];
    }

    /// <summary>Null when there is no such finding any more.</summary>
    public async Task<Finding?> FindingAsync(string id, CancellationToken cancellation) => (await findings.FindAsync(id, cancellation))?.Finding;

    /// <summary>A rule to be made from a finding, with its possible scopes. Interface and role come from the facts of the instance, which the finding itself does not carry.</summary>
    public async Task<ExpectedDraft> DraftAsync(Finding finding, CancellationToken cancellation)
    {
        List<ExpectedProposal> proposals = [.. triage.Propose(finding)];
        if (finding.Members.Count == 1 && await instances.FindAsync(finding.Members[0].Id, cancellation) is not null)
        {
            var facts = await instances.FactsAsync(finding.Members[0].Id, cancellation);
            if (Fact(InstanceAttribute.Interface) is { } network && network != finding.Members[0].Id) Add($"Only network interface {network}", "interface", new() { Interfaces = [network] }, 1);
            if (Fact(InstanceAttribute.Role) is { } role) Add($"Every instance with the role {role}", "role", new() { Roles = [role] }, proposals.Count - 1);

            // The fact that held at the first contact.
            string? Fact(InstanceAttribute attribute) => facts.Where(f => f.Attribute == attribute && f.First <= finding.First).MaxBy(f => f.First)?.Value;
        }
        return new(finding, proposals, ui.Time);

        void Add(string label, string kind, ExpectedScope scope, int at) => proposals.Insert(at, new(label, kind, proposals[0].Rule with { Scope = scope }));
    }

    /// <summary>Both sides of a rule before it is saved.</summary>
    /// <exception cref="ArgumentException">The rule is malformed; the message is for the analyst.</exception>
    public Task<ExpectedPreview> PreviewAsync(ExpectedTarget rule, string? findingId, CancellationToken cancellation) => triage.PreviewAsync(rule, findingId, cancellation);

    /// <summary>Both sides of one rule, from the history window; null for a rule that no longer acts.</summary>
    public async Task<ExpectedPreview?> EffectAsync(RuleView view, CancellationToken cancellation) =>
        view.State == RuleState.InForce ? await triage.PreviewAsync(view.Rule, null, cancellation) : null;

    public RuleState StateOf(ExpectedTarget rule) =>
        rule.DeletedAt is not null ? RuleState.Withdrawn
        : rule.ValidTo <= ui.Now ? RuleState.Expired
        : rule.ValidFrom > ui.Now ? RuleState.NotYet
        : RuleState.InForce;

    private async Task<Dictionary<int, int>> ClosedByRuleAsync(CancellationToken cancellation)
    {
        var page = await findings.QueryAsync(new() { Statuses = [FindingStatus.ClosedExpected], IncludeUnreported = true, Sort = FindingSort.DetectedAt, Take = Looked }, cancellation);
        var counts = new Dictionary<int, int>();
        foreach (var row in page.Rows)
            if ((await findings.FindAsync(row.Id, cancellation))?.ExpectedTargetId is { } rule) counts[rule] = counts.GetValueOrDefault(rule) + 1;
        return counts;
    }

    /// <summary>"8.8.8.8 and 1 more, DNS".</summary>
    public static string Target(ExpectedTarget rule)
    {
        string[] parts = [.. rule.Prefixes.Select(p => p.ToString()), .. rule.Providers.Select(p => SafeText.Plain(p, 60)), .. rule.Tiers.Select(Words.Tier)];
        string target = parts.Length switch { 0 => "any target", 1 => parts[0], 2 => $"{parts[0]} and {parts[1]}", _ => $"{parts[0]} and {parts.Length - 1} more" };
        if (rule.Transports.Count > 0) target += ", " + string.Join(" or ", rule.Transports.Select(t => t.Name()));
        if (rule.Ports.Count > 0) target += ", port " + string.Join(" or ", rule.Ports);
        return target;
    }

    /// <summary>"web-asg in account 1234", in words.</summary>
    public static string Scope(ExpectedScope scope)
    {
        if (scope.IsEverywhere) return "everywhere";
        List<string> parts = [];
        Add(scope.Instances, "instance");
        Add(scope.Interfaces, "interface");
        Add([.. scope.Cohorts.Select(Words.Group)], "");
        Add(scope.Subnets, "");
        Add(scope.Vpcs, "");
        Add(scope.Accounts, "account");
        Add(scope.Roles, "role");
        return string.Join(", ", parts);

        void Add(IReadOnlyList<string> list, string word)
        {
            if (list.Count == 0) return;
            string first = SafeText.Plain(list[0], 60);
            parts.Add(list.Count == 1 ? $"{word} {first}".Trim() : $"{word} {first} and {list.Count - 1} more".Trim());
        }
    }
}
