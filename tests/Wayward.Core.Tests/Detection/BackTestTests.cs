using Wayward.Core.Detection;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

public sealed class BackTestTests
{
    [Fact]
    public void A_back_test_tells_what_another_window_would_say()
    {
        var world = new World(120);
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(20, 80);
        var trial = new DetectionEngine(world.Catalog, [], world.Options with { HistoryWindow = TimeSpan.FromDays(70) });
        var diff = BackTest.Run(world.Ledger(), world.Engine(), trial);
        Assert.Empty(diff.Added);
        Assert.Equal(World.At(80), Assert.Single(diff.Removed).First);
        Assert.Equal((2, 1), (diff.ReportedPresent + diff.Removed.Count(f => !f.Reported), diff.ReportedTrial));
    }
}
