using System.Globalization;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

/// <summary>What the rule is about.</summary>
public enum TargetChoice
{
    /// <summary>The addresses that the finding lists.</summary>
    Addresses,
    /// <summary>All addresses of the operator, those not seen yet included.</summary>
    Provider,
    /// <summary>Any address, by the finding's transport. A finding about very many addresses does not list them all: a rule for the listed ones could not close it.</summary>
    Any,
}

/// <summary>A rule while an analyst makes it from a finding: which scope, which target, until when, why. Starts as the narrowest that does, ending in ninety days.</summary>
public sealed class ExpectedDraft(Finding finding, IReadOnlyList<ExpectedProposal> proposals, TimeProvider time)
{
    /// <summary>As many addresses as a finding lists.</summary>
    private const int ManyAddresses = 200;

    public Finding Finding { get; } = finding;
    /// <summary>Targets that may be chosen, narrowest first.</summary>
    public IReadOnlyList<TargetChoice> Targets { get; } =
        finding.Provider is not null ? [TargetChoice.Addresses, TargetChoice.Provider] : finding.Addresses.Count > 1 ? [TargetChoice.Addresses, TargetChoice.Any] : [TargetChoice.Addresses];
    public IReadOnlyList<ExpectedProposal> Proposals { get; } = proposals;
    /// <summary>Index in <see cref="Proposals"/>.</summary>
    public int Scope { get; set; }
    public TargetChoice Target { get; set; } = finding.Addresses.Count >= ManyAddresses && finding.Provider is null ? TargetChoice.Any : TargetChoice.Addresses;
    /// <summary>The last day on which the rule acts, UTC; null where <see cref="NoEnd"/> is chosen or nothing yet.</summary>
    public DateOnly? LastDay { get; set; } = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(90);
    public bool NoEnd { get; set; }
    public string Reason { get; set; } = "";
    public string Ticket { get; set; } = "";
    public string Owner { get; set; } = "";

    public ExpectedProposal Proposal => Proposals[Scope];

    /// <summary>The first second after the last day; null = open.</summary>
    public long? ValidTo => End(LastDay);

    internal static long? End(DateOnly? lastDay) => lastDay is { } day ? new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds() : null;

    public ExpectedTarget Build()
    {
        var rule = Proposal.Rule;
        return rule with
        {
            Prefixes = Target == TargetChoice.Addresses ? rule.Prefixes : [],
            Providers = Target == TargetChoice.Provider && Finding.Provider is { } provider ? [provider] : [],
            ValidTo = ValidTo,
            Reason = Reason.Trim(),
            Ticket = Ticket.Trim(),
            Owner = Owner.Trim(),
        };
    }

    /// <summary>"8.8.8.8, DNS only".</summary>
    public string Word(TargetChoice choice) => choice switch
    {
        TargetChoice.Provider => $"All of {Core.Text.SafeText.Plain(Finding.Provider ?? "", 60)}",
        TargetChoice.Any => "Any target",
        _ => Finding.Addresses.Count == 1 ? Finding.Addresses[0].Address.ToString() : Finding.Addresses.Count >= ManyAddresses ? $"The {Finding.Addresses.Count} addresses that the finding lists" : $"These {Finding.Addresses.Count} addresses",
    } + $", {Finding.Transport.Name()} only";

    /// <summary>The button says what happens: "Mark 8.8.8.8 expected for web-17 until 1 Mar 2027".</summary>
    public string Verb(UiState ui)
    {
        string target = Target == TargetChoice.Any ? $"any {Finding.Transport.Name()} target"
            : Target == TargetChoice.Provider && Finding.Provider is { } provider ? $"all of {provider}"
            : Finding.Addresses.Count == 1 ? Finding.Addresses[0].Address.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{Finding.Addresses.Count} addresses");
        string whom = Proposal.ScopeKind switch
        {
            "instance" => Finding.Members.Count == 1 ? Core.Text.SafeText.Plain(Finding.InstanceName ?? Finding.Members[0].Id, 40) : Words.Count(Finding.Members.Count, "instance"),
            "everywhere" => "everyone",
            "cohort" => Words.Group(First(Proposal.Rule.Scope.Cohorts)),
            "subnet" => First(Proposal.Rule.Scope.Subnets),
            "vpc" => First(Proposal.Rule.Scope.Vpcs),
            "account" => "account " + First(Proposal.Rule.Scope.Accounts),
            "interface" => First(Proposal.Rule.Scope.Interfaces),
            "role" => "role " + First(Proposal.Rule.Scope.Roles),
            _ => "this scope",
        };
        return $"Mark {target} expected for {whom}{(ValidTo is { } end ? $" until {ui.Date(end - 1)}" : ", with no end")}";

        static string First(IReadOnlyList<string> list) => list.Count == 0 ? "this scope" : Core.Text.SafeText.Plain(list[0], 40);
    }

    /// <summary>"Closes this finding and 3 other findings and would also hide 12 contacts that no finding names."</summary>
    public static string Effect(ExpectedPreview preview, string? findingId)
    {
        bool own = findingId is not null && preview.Closes.Contains(findingId);
        int others = preview.Closes.Count - (own ? 1 : 0);
        string closes = (own, others) switch
        {
            (true, 0) => "Closes this finding",
            (true, _) => $"Closes this finding and {Words.Count(others, "other finding")}",
            (false, 0) => findingId is null ? "Closes no finding" : "Does not close this finding",
            _ => $"Closes {Words.Count(others, "finding")}{(findingId is null ? "" : ", but not this one")}",
        };
        int stay = preview.PartlyCovered.Count;
        string partly = stay > 0 ? $" {Words.Count(stay, "finding")} {(stay == 1 ? "stays" : "stay")} open for the contacts that the rule does not cover." : "";
        string unasked = preview.UnaskedCount == 0 ? " and would hide no other contact of the history window." : $" and would also hide {Words.Count(preview.UnaskedCount, "contact")} that no finding names.";
        return closes + unasked + partly;
    }
}
