using Wayward.Core.Detection;

namespace Wayward.Core.Tests.Detection;

public sealed class DetectionOptionsTests
{
    [Fact] public void The_defaults_are_valid() => Assert.Empty(DetectionOptions.Default.Validate());

    [Fact] public void The_guardduty_profile_is_valid() => Assert.Empty(DetectionOptions.GuardDutyProfile(DetectionOptions.Default).Validate());

    [Fact]
    public void All_errors_come_at_once_and_name_their_keys()
    {
        var errors = new DetectionOptions
        {
            HistoryWindow = TimeSpan.FromHours(23), CohortMinimumPeers = 0, ReportConfidence = 101, OwnPrefixes = ["10.0.0.1/8"],
            Scoring = new ScoringOptions { RegularDeviation = double.NaN, Blocked = -101, Confidence = new ConfidenceOptions { DohTierA = 200 } },
        }.Validate();
        Assert.Equal(
        [
            "Detection:HistoryWindow is 23:00:00; accepted is 1.00:00:00 to 3650.00:00:00.",
            "Detection:Learning is 7.00:00:00; accepted is 01:00:00 to 23:00:00 (at most Detection:HistoryWindow).",
            "Detection:CohortMinimumPeers is 0; accepted is 1 to 1000000.",
            "Detection:ReportConfidence is 101; accepted is 0 to 100.",
            "Detection:OwnPrefixes:0: '10.0.0.1/8' has host bits set; the block is 10.0.0.0/8; accepted is a CIDR block such as 2600:1f18::/36.",
            "Detection:Scoring:Blocked is -101; accepted is -100 to 100.",
            "Detection:Scoring:RegularDeviation is NaN; accepted is 0 to 1.",
            "Detection:Scoring:Confidence:DohTierA is 200; accepted is -100 to 100.",
        ], errors);
    }

    [Fact]
    public void Durations_are_whole_seconds() =>
        Assert.Equal(["Detection:AnswerGrace is 00:00:01.5000000; accepted are whole seconds."], (DetectionOptions.Default with { AnswerGrace = TimeSpan.FromSeconds(1.5) }).Validate());
}
