using Wayward.Web.Hosting;

namespace Wayward.Web.Access;

/// <summary>What a button shows to someone who may not press it. The services refuse by themselves; this only says so beforehand.</summary>
internal static class Gate
{
    /// <summary>Attributes for a button: nothing for someone who may, else disabled with the reason.</summary>
    public static IReadOnlyDictionary<string, object> For(this ICurrentAnalyst analyst, Permission permission) =>
        analyst.May(permission) ? Open : new Dictionary<string, object> { ["disabled"] = true, ["title"] = Permissions.Refusal(permission) };

    private static readonly Dictionary<string, object> Open = [];
}
