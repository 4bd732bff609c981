using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

public sealed class MemoryReleaseTests : IDisposable
{
    private const long MiB = 1L << 20;

    private readonly MemoryRelease _release = new(TimeProvider.System, NullLogger<MemoryRelease>.Instance);

    private ReleaseStep Next(long allocated, long held, long inUse) => _release.Next(allocated * MiB, held * MiB, () => inUse * MiB);

    [Fact]
    public void What_one_large_object_took_is_given_back_once_the_process_rests()
    {
        Assert.Equal(ReleaseStep.Nothing, Next(2_000, 1_500, 1_400));
        Assert.Equal(ReleaseStep.Nothing, Next(5_000, 1_900, 1_400));
        Assert.Equal(ReleaseStep.Count, Next(5_010, 1_900, 1_400));
        Assert.Equal(ReleaseStep.Release, Next(5_020, 1_900, 300));
        // Then there is nothing to be done until much was allocated again.
        for (int i = 0; i < 20; i++) Assert.Equal(ReleaseStep.Nothing, Next(5_030 + i, 350, 300));
    }

    [Theory]
    [InlineData(400, 300)]
    [InlineData(8_000, 6_000)]
    [InlineData(200, 10)]
    public void A_heap_that_is_in_use_or_small_is_not_stopped_for(long held, long inUse)
    {
        Next(10_000, held, inUse);
        for (int i = 1; i < 10; i++) Assert.NotEqual(ReleaseStep.Release, Next(10_000 + i, held, inUse));
    }

    [Fact]
    public void Work_that_begins_again_puts_it_off()
    {
        Next(2_000, 1_500, 300);
        Assert.Equal(ReleaseStep.Count, Next(2_001, 1_500, 300));
        Assert.Equal(ReleaseStep.Nothing, Next(2_500, 1_500, 300));
        Assert.Equal(ReleaseStep.Count, Next(2_501, 1_500, 300));
        Assert.Equal(ReleaseStep.Release, Next(2_502, 1_500, 300));
    }

    public void Dispose() => _release.Dispose();
}
