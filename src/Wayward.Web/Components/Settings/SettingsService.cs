using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Engine.Detection;
using Wayward.Engine.Resolvers;
using Wayward.Storage;
using Wayward.Web.Hosting;

namespace Wayward.Web.Components.Settings;

/// <summary>The parameters in force, the catalogue, and what this program is.</summary>
internal sealed class SettingsService(DetectionOptions detection, StorageOptions storage, ICatalogProvider catalogs, ICurrentAnalyst analyst, HostExposure exposure)
{
    public DetectionOptions Detection => detection;
    public StorageOptions Storage => storage;
    public ResolverCatalog Catalog => catalogs.Current;
    public string Analyst => analyst.Name;
    public bool IsRemote => exposure.IsRemote;
    public string SignIn => exposure.SignIn;

    /// <summary>What the catalogue folder adds; nothing where the catalogue is a fixed one.</summary>
    public IReadOnlyList<CatalogAddition> Additions => (catalogs as CatalogStore)?.Additions ?? [];
}
