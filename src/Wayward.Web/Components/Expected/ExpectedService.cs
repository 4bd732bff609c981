using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
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
internal sealed class ExpectedService(IExpectedTargetStore rules, IFindingStore findings, IInstanceStore instances, IHistoryReader histories, ITriageService triage, ICatalogProvider catalogs, UiState ui)
{
    private const int Looked = 500;
    private const int Offered = 50;
    /// <summary>Findings of a kind that a preview names.</summary>
    private const int Named = 20;
    private static readonly string[] Roles = [RoleNames.IteratingResolver, RoleNames.SmallIterator, RoleNames.ServesDns, RoleNames.Scanner];

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
        if (finding.Members.Count == 1 && await histories.FindAsync(finding.Members[0], cancellation) is { } history)
        {
            if (Fact(InstanceAttribute.Interface) is { } network && network != finding.Members[0].Id) Add($"Only network interface {network}", "interface", new() { Interfaces = [network] }, 1);
            if (Fact(InstanceAttribute.Role) is { } role) Add($"Every instance with the role {role}", "role", new() { Roles = [role] }, proposals.Count - 1);

            // The fact that held at the first contact.
            string? Fact(InstanceAttribute attribute) => history.Facts.Where(f => f.Attribute == attribute && f.First <= finding.First).MaxBy(f => f.First)?.Value;
        }
        return new(finding, proposals, ui.Time);

        void Add(string label, string kind, ExpectedScope scope, int at) => proposals.Insert(at, new(label, kind, proposals[0].Rule with { Scope = scope }));
    }

    public bool IsOperator(string name) => catalogs.Current.Entries.Any(e => e.Provider == name.Trim());

    /// <summary>Operators of the catalogue whose name contains a text, ascending.</summary>
    public IEnumerable<string> Operators(string? text) =>
        catalogs.Current.Entries.Select(e => e.Provider).Where(p => string.IsNullOrWhiteSpace(text) || p.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal).Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>Ids that a scope of this kind may name and that contain a text: roles by name, everything else from the instances that match.</summary>
    public async Task<IEnumerable<string>> ScopesAsync(string kind, string text, CancellationToken cancellation)
    {
        if (kind == "role") return Roles.Where(r => r.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase));
        if (kind == "interface" || text.Trim().Length == 0) return [];
        var rows = (await instances.QueryAsync(new() { Text = text.Trim(), Take = Offered }, cancellation)).Rows;
        return rows.Select(r => kind switch { "instance" => r.Id, "cohort" => r.Asg is { } asg ? "asg:" + asg : null, "subnet" => r.SubnetId, "vpc" => r.VpcId, "account" => r.AccountId, _ => null }).OfType<string>().Distinct(StringComparer.Ordinal);
    }

    /// <summary>Both sides of a rule before it is saved.</summary>
    /// <exception cref="ArgumentException">The rule is malformed; the message is for the analyst.</exception>
    public async Task<RuleEffect> PreviewAsync(ExpectedTarget rule, string? findingId, CancellationToken cancellation)
    {
        var preview = await triage.PreviewAsync(rule, findingId, cancellation);
        var decided = await DecidedAsync(rule, cancellation);
        List<AffectedFinding> affected = [];
        foreach (var (ids, effect) in new[] { (preview.Closes, FindingEffect.Closes), (preview.PartlyCovered, FindingEffect.StaysOpen) })
            foreach (string id in ids.Take(Named))
                if (await findings.FindAsync(id, cancellation) is { } stored)
                    affected.Add(new(stored.Finding.Id, Name(stored.Finding.Subject, stored.Finding.InstanceName, FindingText.Target(stored.Finding).Operator), stored.Status, stored.Resolution, effect));
        affected.AddRange(decided.Take(Named).Select(row => new AffectedFinding(row.Id, Name(row), row.Status, row.Resolution, FindingEffect.StaysDecided)));
        var confirmed = decided.Where(d => d.Resolution == Resolution.TruePositive).ToList();
        string[] warning = confirmed.Count == 0 || rule.Action == ExpectedAction.Forbid ? []
            : [$"A target of this rule was confirmed as a true positive before: {string.Join(", ", confirmed.Take(3).Select(Name))}{(confirmed.Count > 3 ? $" and {confirmed.Count - 3} more" : "")}."];
        return new(preview, affected, [.. warning, .. preview.Warnings]);
    }

    /// <summary>"web-17 to Google Public DNS".</summary>
    private static string Name(Subject subject, string? instanceName, string target) => $"{SafeText.Plain(Words.Subject(subject, instanceName), 60)} to {SafeText.Plain(target, 60)}";

    private static string Name(FindingRow row) => Name(row.Subject, row.InstanceName, row.Provider ?? row.Address);

    /// <summary>Closed findings on the addresses and operators that a rule names; wide prefixes are not looked up.</summary>
    private async Task<List<FindingRow>> DecidedAsync(ExpectedTarget rule, CancellationToken cancellation)
    {
        var known = new Dictionary<string, FindingRow>(StringComparer.Ordinal);
        var asked = rule.Prefixes.Where(p => p.IsSingle).Take(Named).Select(p => new FindingQuery { Address = p.Address.ToString() }).Concat(rule.Providers.Take(Named).Select(p => new FindingQuery { Provider = p }));
        foreach (var query in asked)
            foreach (var row in (await findings.QueryAsync(query with { Statuses = [FindingStatus.Closed], IncludeUnreported = true, Take = Named }, cancellation)).Rows) known[row.Id] = row;
        return [.. known.Values.OrderByDescending(r => r.Resolution == Resolution.TruePositive).ThenByDescending(r => r.First)];
    }

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
