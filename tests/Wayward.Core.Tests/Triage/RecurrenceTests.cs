using Wayward.Core.Detection;
using Wayward.Core.Triage;
using Wayward.Testing;

namespace Wayward.Core.Tests.Triage;

public class RecurrenceTests
{
    private static readonly ScoreFactor Fact = new("resolver-silent", 5, "9.9.9.9, in use until then, fell silent for 2 h afterwards.");

    private static Finding Closed()
    {
        var world = new World();
        var web = world.Instance("web-1");
        web.Asks("9.9.9.9").Every(1, 0.1);
        web.Asks("45.77.1.9").On(40);
        return Assert.Single(world.Evaluate().Findings);
    }

    [Fact]
    public void A_new_reason_for_severity_is_told_in_words_and_never_as_a_code()
    {
        var before = Closed() with { SeverityFactors = [] };
        string? news = TriageTransitions.RecurrenceOf(before, before with { SeverityFactors = [Fact] }, Resolution.BenignPositive, new(before.Last, 0));
        Assert.Equal("a reason for more severity was added (9.9.9.9, in use until then, fell silent for 2 h afterwards)", news);
    }

    [Theory]
    [InlineData(Resolution.FalsePositive)]
    [InlineData(Resolution.Duplicate)]
    public void A_false_positive_and_a_duplicate_do_not_come_back_for_a_new_reason(Resolution resolution)
    {
        var before = Closed() with { SeverityFactors = [] };
        Assert.Null(TriageTransitions.RecurrenceOf(before, before with { SeverityFactors = [Fact] }, resolution, new(before.Last, 0)));
    }

    [Fact]
    public void A_known_reason_with_other_evidence_is_not_new()
    {
        var before = Closed() with { SeverityFactors = [Fact] };
        Assert.Null(TriageTransitions.RecurrenceOf(before, before with { SeverityFactors = [Fact with { Evidence = "8.8.8.8, in use until then, fell silent for 3 h afterwards." }] }, Resolution.BenignPositive, new(before.Last, 0)));
    }
}
