using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Expected;

public enum DraftExpiry { ThirtyDays, NinetyDays, OneYear, Date, Never }

/// <summary>A rule while an analyst makes it from a finding: which scope, which target, until when, why. Starts as the narrowest that does, ending in ninety days.</summary>
public sealed class ExpectedDraft(Finding finding, IReadOnlyList<ExpectedProposal> proposals, TimeProvider time)
{
    public Finding Finding { get; } = finding;
    public IReadOnlyList<ExpectedProposal> Proposals { get; } = proposals;
    /// <summary>Index in <see cref="Proposals"/>.</summary>
    public int Scope { get; set; }
    /// <summary>All addresses of the operator, those not seen yet included.</summary>
    public bool WholeProvider { get; set; }
    public DraftExpiry Expiry { get; set; } = DraftExpiry.NinetyDays;
    /// <summary>For <see cref="DraftExpiry.Date"/>: the last day, UTC.</summary>
    public DateOnly? LastDay { get; set; }
    public string Reason { get; set; } = "";
    public string Ticket { get; set; } = "";
    public string Owner { get; set; } = "";

    public ExpectedProposal Proposal => Proposals[Scope];

    /// <summary>The end of the rule: a whole hour, as the ledger is hourly. Null = open.</summary>
    public long? ValidTo
    {
        get
        {
            long now = time.GetUtcNow().ToUnixTimeSeconds();
            return Expiry switch
            {
                DraftExpiry.ThirtyDays => Midnight(now + 31 * UnixTime.DaySeconds),
                DraftExpiry.NinetyDays => Midnight(now + 91 * UnixTime.DaySeconds),
                DraftExpiry.OneYear => Midnight(now + 366 * UnixTime.DaySeconds),
                DraftExpiry.Date when LastDay is { } day => new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds(),
                _ => null,
            };
        }
    }

    private static long Midnight(long at) => at / UnixTime.DaySeconds * UnixTime.DaySeconds;

    /// <summary>What stands in the way of saving, in a sentence; null when nothing does.</summary>
    public string? Missing =>
        Expiry == DraftExpiry.Date && LastDay is null ? "Choose the last day of the rule."
        : string.IsNullOrWhiteSpace(Reason) ? "Give a reason: it is what the next analyst reads."
        : null;

    public ExpectedTarget Build()
    {
        var rule = Proposal.Rule;
        return rule with
        {
            Prefixes = WholeProvider && Finding.Provider is not null ? [] : rule.Prefixes,
            Providers = WholeProvider && Finding.Provider is { } provider ? [provider] : [],
            ValidTo = ValidTo,
            Reason = Reason.Trim(),
            Ticket = Ticket.Trim(),
            Owner = Owner.Trim(),
        };
    }

    /// <summary>The button says what happens: "Mark 8.8.8.8 expected for web-17 until 1 Mar 2027".</summary>
    public string Verb(UiState ui)
    {
        string target = WholeProvider && Finding.Provider is { } provider ? $"all of {provider}"
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
