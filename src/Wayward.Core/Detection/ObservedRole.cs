using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>The role that an instance's own traffic proves, for pages that show an instance. The evaluation asks for the role at each contact; this is the one at the end of the records.</summary>
public static class ObservedRole
{
    /// <param name="history">Whole.</param>
    /// <returns>A name of <see cref="RoleNames"/>; null when its traffic proves none.</returns>
    public static string? Of(InstanceHistory history, ResolverCatalog catalog, DetectionOptions options) =>
        history.Coverage.Count == 0 ? null : Roles.Of(history, catalog, options.Patterns).At(history.Coverage.Values.Max(d => d.LastEnd) + 1, options.Patterns);
}
