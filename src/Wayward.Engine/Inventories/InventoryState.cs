namespace Wayward.Engine.Inventories;

/// <summary>How one file or account stands.</summary>
/// <param name="Problem">What is wrong and what to do; null = all is well. What was read before stays in force.</param>
/// <param name="ReadAt">Last success.</param>
public sealed record InventoryState(string Name, int Items, DateTimeOffset? ReadAt, string? Problem);
