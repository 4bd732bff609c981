using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>What a person may do; each service call asks for one of these.</summary>
internal enum Permission
{
    /// <summary>See findings, instances, destinations, rules and the state of ingest.</summary>
    Read,
    /// <summary>Take a report out of the program.</summary>
    Export,
    /// <summary>Acknowledge, close, reopen, assign and comment on findings, and undo that.</summary>
    Decide,
    /// <summary>Make and withdraw rules for single instances.</summary>
    Expect,
    /// <summary>Make and withdraw rules that reach further.</summary>
    Widen,
    /// <summary>Approve what another person has proposed.</summary>
    Approve,
    /// <summary>Pause, retry, skip and backfill.</summary>
    Operate,
    /// <summary>See and export the audit log.</summary>
    ReadAudit,
    /// <summary>See people, take and give back access.</summary>
    ManageAccess,
}

/// <summary>Which roles have which permission.</summary>
internal static class Permissions
{
    private const Roles Readers = Roles.Viewer | Roles.Analyst | Roles.Admin | Roles.Auditor;
    private const Roles Deciders = Roles.Analyst | Roles.Admin;

    public static Roles Holders(Permission permission) => permission switch
    {
        Permission.Read or Permission.Export => Readers,
        Permission.Decide or Permission.Expect => Deciders,
        Permission.Widen => Roles.Widen,
        Permission.Approve => Roles.Approve,
        Permission.Operate or Permission.ManageAccess => Roles.Admin,
        Permission.ReadAudit => Deciders | Roles.Auditor,
        _ => Roles.None,
    };

    public static bool May(this Roles roles, Permission permission) => (roles & Holders(permission)) != 0;

    /// <summary>Is the sentence one of <see cref="Refusal"/>?</summary>
    public static bool IsRefusal(string sentence) => Enum.GetValues<Permission>().Any(p => Refusal(p) == sentence);

    /// <summary>A sentence for the person who may not.</summary>
    public static string Refusal(Permission permission) => permission switch
    {
        Permission.Widen => "This needs the right 'widen': the rule reaches beyond one instance.",
        Permission.Approve => "This needs the right 'approve'.",
        _ => $"This needs the role {string.Join(" or ", Enum.GetValues<Roles>().Where(r => r is not (Roles.None or Roles.All) && (Holders(permission) & r) != 0).Select(r => r.ToString().ToLowerInvariant()))}.",
    };
}

/// <summary>The person may not do this; the message is for them.</summary>
internal sealed class AccessDeniedException(Permission permission) : Exception(Permissions.Refusal(permission))
{
    public Permission Permission { get; } = permission;
}
