using Wayward.Core.Resolvers;

namespace Wayward.Engine.Detection;

/// <summary>The catalogue in force now. It is immutable; a change of entries puts another one here.</summary>
public interface ICatalogProvider
{
    ResolverCatalog Current { get; }
}

/// <summary>One catalogue for the life of the process.</summary>
public sealed class FixedCatalogProvider(ResolverCatalog catalog) : ICatalogProvider
{
    public ResolverCatalog Current { get; } = catalog;
}
