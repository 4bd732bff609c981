using Wayward.Engine.Detection;

namespace Wayward.Web.Components.Learned;

/// <summary>Reads what the fleet learned without anything that could evaluate it.</summary>
internal sealed class LearnedService(ILearnedContactReader learned)
{
    /// <summary>The whole list, and the number of the page that there is.</summary>
    public async Task<(LearnedList List, int Number)> ReadAsync(int page, int size, CancellationToken cancellation)
    {
        var list = await learned.ReadAsync(cancellation);
        return (list, Math.Clamp(page, 1, Math.Max(1, (list.Rows.Count + size - 1) / size)));
    }
}
