namespace Wayward.Storage.Access;

/// <summary>Roles of a person, and the two rights that are granted beside them. Stored as a number: values never change.</summary>
[Flags]
public enum Roles
{
    None = 0,
    /// <summary>Reads findings and everything about them.</summary>
    Viewer = 1,
    /// <summary>Decides about findings and makes rules for single instances.</summary>
    Analyst = 2,
    /// <summary>Everything an analyst may, and operates ingest and access.</summary>
    Admin = 4,
    /// <summary>Reads everything, the audit log included, and changes nothing.</summary>
    Auditor = 8,
    /// <summary>A right: make rules that reach beyond one instance.</summary>
    Widen = 16,
    /// <summary>A right: approve what another person has proposed.</summary>
    Approve = 32,
    /// <summary>Every role and right: the one person of a local installation.</summary>
    All = Viewer | Analyst | Admin | Auditor | Widen | Approve,
}
