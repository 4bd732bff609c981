using Wayward.Core.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>The inventory in force now. It is immutable; what is read anew puts another one here.</summary>
public interface IInventoryProvider
{
    Inventory Current { get; }
}
