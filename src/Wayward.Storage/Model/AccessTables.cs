namespace Wayward.Storage.Model;

/// <summary>Someone who has signed in, or who was given an account.</summary>
public sealed class UserEntity
{
    public int Id { get; set; }
    /// <summary>Where the person is known: <c>link</c>, <c>header</c>, <c>oidc</c> or <c>local</c>.</summary>
    public string Source { get; set; } = "";
    /// <summary>The name that identifies the person at the source; unique within it.</summary>
    public string ExternalId { get; set; } = "";
    /// <summary>The name for the audit trail and the pages.</summary>
    public string Name { get; set; } = "";
    /// <summary>Flags of <see cref="Access.Roles"/>.</summary>
    public int Roles { get; set; }
    /// <summary>Unix seconds.</summary>
    public long CreatedAt { get; set; }
    public long SeenAt { get; set; }
    /// <summary>Unix seconds since which the person has no access.</summary>
    public long? DisabledAt { get; set; }
}

/// <summary>One sign-in of one person in one browser.</summary>
public sealed class SessionEntity
{
    /// <summary>Random; the cookie holds it, encrypted.</summary>
    public string Id { get; set; } = "";
    public int UserId { get; set; }
    /// <summary>Unix seconds.</summary>
    public long CreatedAt { get; set; }
    /// <summary>Unix seconds after which the session is over, whatever the cookie says.</summary>
    public long ExpiresAt { get; set; }
    public long? EndedAt { get; set; }
    /// <summary>The address that signed in.</summary>
    public string Address { get; set; } = "";
}

/// <summary>A link that signs in once. Only the hash of its token is stored.</summary>
public sealed class SignInLinkEntity
{
    /// <summary>SHA-256 of the token, hexadecimal.</summary>
    public string Hash { get; set; } = "";
    /// <summary>Unix seconds.</summary>
    public long CreatedAt { get; set; }
    public long ExpiresAt { get; set; }
    public long? UsedAt { get; set; }
}
