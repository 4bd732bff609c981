namespace Wayward.Engine.Inventories;

/// <summary>AWS did not tell; the message is for the operator.</summary>
public sealed class InventoryUnavailableException(string message, Exception inner) : Exception(message, inner);
