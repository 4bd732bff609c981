using Wayward.Core.Triage;
using static Wayward.Core.Triage.FindingStatus;
using static Wayward.Core.Triage.TriageChangeKind;

namespace Wayward.Core.Tests.Triage;

public sealed class TriageTransitionTests
{
    private const int Rule = 7;

    private static FindingTriage Triage(FindingStatus status, FindingStatus? previous, int? rule) =>
        new(status, previous, status == FindingStatus.Closed || previous == FindingStatus.Closed ? Resolution.TruePositive : Resolution.None, rule, "note");

    /// <summary>Status, status before the engine closed it, rule; changed, grew; what it becomes, the kind, and whether decisions made before are refused.</summary>
    public static TheoryData<FindingStatus, FindingStatus?, int?, bool, bool, FindingStatus, TriageChangeKind, bool> Said => new()
    {
        // The same as before.
        { Open, null, null, false, false, Open, None, false },
        { Acknowledged, null, null, false, false, Acknowledged, None, false },
        { FindingStatus.Closed, null, null, false, false, FindingStatus.Closed, None, false },
        // Something is different, but nothing joined.
        { Open, null, null, true, false, Open, Updated, false },
        { Acknowledged, null, null, true, false, Acknowledged, Updated, false },
        { FindingStatus.Closed, null, null, true, false, FindingStatus.Closed, Updated, false },
        // It grew.
        { Open, null, null, true, true, Open, Updated, true },
        { Acknowledged, null, null, true, true, Acknowledged, Updated, true },
        { FindingStatus.Closed, null, null, true, true, Open, Reopened, true },
        // It returns, changed or not.
        { Withdrawn, Open, null, false, false, Open, Reopened, true },
        { Withdrawn, Acknowledged, null, true, false, Acknowledged, Reopened, true },
        { Withdrawn, FindingStatus.Closed, null, true, true, FindingStatus.Closed, Updated, true },
        { Withdrawn, null, null, false, false, Open, Reopened, true },
        { ClosedExpected, Open, Rule, false, false, Open, Reopened, true },
        { ClosedExpected, Acknowledged, Rule, true, true, Acknowledged, Reopened, true },
        { ClosedExpected, FindingStatus.Closed, Rule, false, false, FindingStatus.Closed, Updated, true },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public void A_finding_that_is_said_again_keeps_its_triage_unless_it_grew_or_returns(
        FindingStatus status, FindingStatus? previous, int? rule, bool changed, bool grew, FindingStatus after, TriageChangeKind kind, bool guards)
    {
        var before = Triage(status, previous, rule);
        var transition = TriageTransitions.Said(before, changed, grew);
        Assert.Equal((after, kind, guards), (transition.After.Status, transition.Kind, transition.Guards));
        bool returned = status is Withdrawn or ClosedExpected, reopened = status == FindingStatus.Closed && after == Open;
        Assert.Equal(reopened, transition.Decision is not null);
        Assert.Equal(reopened ? Resolution.None : before.Resolution, transition.After.Resolution);
        Assert.Equal(returned ? (null, null, null) : (before.Previous, before.RuleId, reopened ? transition.After.Note : before.Note), (transition.After.Previous, transition.After.RuleId, transition.After.Note));
    }

    /// <summary>Status, status before the engine closed it, rule that closed it, rule that covers it now; what it becomes, the kind.</summary>
    public static TheoryData<FindingStatus, FindingStatus?, int?, int?, FindingStatus, TriageChangeKind> Vanished => new()
    {
        { Open, null, null, null, Withdrawn, TriageChangeKind.Closed },
        { Acknowledged, null, null, null, Withdrawn, TriageChangeKind.Closed },
        { FindingStatus.Closed, null, null, null, Withdrawn, Updated },
        { Withdrawn, Open, null, null, Withdrawn, None },
        { ClosedExpected, Open, Rule, null, Withdrawn, Updated },
        { Open, null, null, Rule, ClosedExpected, TriageChangeKind.Closed },
        { Acknowledged, null, null, Rule, ClosedExpected, TriageChangeKind.Closed },
        { Withdrawn, Open, null, Rule, ClosedExpected, Updated },
        { ClosedExpected, Open, Rule, Rule, ClosedExpected, None },
        { ClosedExpected, Open, Rule + 1, Rule, ClosedExpected, Updated },
        // A rule never touches what an analyst decided.
        { FindingStatus.Closed, null, null, Rule, FindingStatus.Closed, None },
        { Withdrawn, FindingStatus.Closed, null, Rule, Withdrawn, None },
    };

    [Theory]
    [MemberData(nameof(Vanished))]
    public void A_finding_that_is_no_longer_said_is_withdrawn_or_expected(FindingStatus status, FindingStatus? previous, int? rule, int? covering, FindingStatus after, TriageChangeKind kind)
    {
        var before = Triage(status, previous, rule);
        var transition = TriageTransitions.Vanished(before, covering);
        Assert.Equal((after, kind, kind != None), (transition.After.Status, transition.Kind, transition.Guards));
        Assert.Equal(before.Resolution, transition.After.Resolution);
        if (kind == None) Assert.Equal(before, transition.After);
        else Assert.Equal((previous ?? status, covering), (transition.After.Previous, transition.After.RuleId));
    }

    [Theory]
    [InlineData(FindingStatus.Open, null)]
    [InlineData(FindingStatus.Acknowledged, null)]
    [InlineData(FindingStatus.Closed, null)]
    [InlineData(FindingStatus.Open, Rule)]
    [InlineData(FindingStatus.Acknowledged, Rule)]
    public void What_vanishes_and_returns_is_what_it_was(FindingStatus status, int? covering)
    {
        var before = Triage(status, null, null) with { Note = null };
        var gone = TriageTransitions.Vanished(before, covering).After;
        Assert.Equal(before, TriageTransitions.Said(gone, changed: false, grew: false).After);
    }
}
