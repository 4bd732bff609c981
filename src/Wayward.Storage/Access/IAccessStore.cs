namespace Wayward.Storage.Access;

/// <summary>A person as known at a source of sign-ins.</summary>
/// <param name="Source"><c>link</c>, <c>header</c>, <c>oidc</c> or <c>local</c>.</param>
/// <param name="ExternalId">What identifies the person there.</param>
public sealed record KnownPerson(string Source, string ExternalId, string Name, Roles Roles);

/// <param name="SeenAt">Unix seconds of the last sign-in.</param>
/// <param name="DisabledAt">Unix seconds since which the person has no access; null = has access.</param>
public sealed record UserRow(int Id, string Source, string ExternalId, string Name, Roles Roles, long CreatedAt, long SeenAt, long? DisabledAt);

/// <summary>What a session or a person may do now.</summary>
/// <param name="Valid">False: signed out, expired or disabled.</param>
public sealed record AccessState(bool Valid, int UserId, string Name, Roles Roles)
{
    public static AccessState None { get; } = new(false, 0, "", Roles.None);
}

/// <summary>People, sessions and sign-in links. Every change is audited in the same transaction.</summary>
public interface IAccessStore
{
    /// <summary>Creates the person or brings name and roles up to date. Not audited by itself.</summary>
    Task<UserRow> KnowAsync(KnownPerson person, CancellationToken cancellation);

    /// <summary>Opens a session and records the sign-in.</summary>
    /// <param name="address">Where from, for the audit trail.</param>
    /// <returns>The session's id.</returns>
    Task<string> OpenSessionAsync(int userId, string address, TimeSpan length, CancellationToken cancellation);
    Task<AccessState> OfSessionAsync(string sessionId, CancellationToken cancellation);
    Task<AccessState> OfUserAsync(int userId, CancellationToken cancellation);
    /// <returns>False when there is no such session, or it is over already.</returns>
    Task<bool> EndSessionAsync(string sessionId, CancellationToken cancellation);

    Task<IReadOnlyList<UserRow>> UsersAsync(CancellationToken cancellation);
    /// <summary>Takes all access from a person, or gives it back. Taking it ends the person's sessions.</summary>
    /// <returns>False when nothing changed.</returns>
    Task<bool> SetDisabledAsync(int userId, bool disabled, string actor, CancellationToken cancellation);

    /// <param name="hash">SHA-256 of the token, hexadecimal.</param>
    Task AddLinkAsync(string hash, TimeSpan lifetime, CancellationToken cancellation);
    /// <summary>Uses the link up.</summary>
    /// <returns>False when there is none, or it is used or expired.</returns>
    Task<bool> UseLinkAsync(string hash, CancellationToken cancellation);
}
