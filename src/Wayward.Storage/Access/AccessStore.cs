using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Audit;
using Wayward.Storage.Model;

namespace Wayward.Storage.Access;

/// <inheritdoc cref="IAccessStore"/>
internal sealed class AccessStore(Database database) : IAccessStore
{
    /// <summary>Sessions and links that ended this long ago are deleted with the next sign-in.</summary>
    private const long KeptSeconds = 30 * 86_400;

    public Task<UserRow> KnowAsync(KnownPerson person, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        var row = await db.Users.FirstOrDefaultAsync(u => u.Source == person.Source && u.ExternalId == person.ExternalId, c);
        if (row is null) db.Users.Add(row = new UserEntity { Source = person.Source, ExternalId = person.ExternalId, CreatedAt = database.NowSeconds });
        (row.Name, row.Roles, row.SeenAt) = (person.Name, (int)person.Roles, database.NowSeconds);
        await db.SaveChangesAsync(c);
        // People choose their names at some sources. The audit log names people, so a name that somebody else had first gets a number.
        if (!await db.Users.AnyAsync(u => u.Name == person.Name && u.Id < row.Id, c)) return ToRow(row);
        row.Name = string.Create(CultureInfo.InvariantCulture, $"{person.Name} ({row.Id})");
        await db.SaveChangesAsync(c);
        return ToRow(row);
    }, cancellation);

    public Task<string> OpenSessionAsync(int userId, string address, TimeSpan length, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        long now = database.NowSeconds;
        long old = now - KeptSeconds;
        await db.Sessions.Where(s => s.ExpiresAt < old).ExecuteDeleteAsync(c);
        await db.SignInLinks.Where(l => l.ExpiresAt < old).ExecuteDeleteAsync(c);
        var user = await db.Users.FirstAsync(u => u.Id == userId, c);
        var session = new SessionEntity { Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), UserId = userId, CreatedAt = now, ExpiresAt = now + (long)length.TotalSeconds, Address = address };
        db.Sessions.Add(session);
        await RecordAsync(db, user.Name, "access.sign-in", user.Id, $"Signed in from {address} ({user.Source})", c);
        return session.Id;
    }, cancellation);

    public Task<AccessState> OfSessionAsync(string sessionId, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
    {
        long now = database.NowSeconds;
        var row = await (from s in db.Sessions
                         join u in db.Users on s.UserId equals u.Id
                         where s.Id == sessionId
                         select new { s.EndedAt, s.ExpiresAt, User = u }).FirstOrDefaultAsync(c);
        return row is null ? AccessState.None : StateOf(row.User, row.EndedAt is null && row.ExpiresAt > now);
    }, cancellation);

    public Task<AccessState> OfUserAsync(int userId, CancellationToken cancellation) => database.ReadAsync(async (db, c) =>
        await db.Users.FirstOrDefaultAsync(u => u.Id == userId, c) is { } user ? StateOf(user, live: true) : AccessState.None, cancellation);

    public Task<bool> EndSessionAsync(string sessionId, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        if (await db.Sessions.FirstOrDefaultAsync(s => s.Id == sessionId && s.EndedAt == null, c) is not { } session) return false;
        session.EndedAt = database.NowSeconds;
        var user = await db.Users.FirstAsync(u => u.Id == session.UserId, c);
        await RecordAsync(db, user.Name, "access.sign-out", user.Id, "Signed out", c);
        return true;
    }, cancellation);

    public Task<IReadOnlyList<UserRow>> UsersAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<UserRow>>(async (db, c) =>
        [.. (await db.Users.OrderBy(u => u.Name).ThenBy(u => u.Id).ToListAsync(c)).Select(ToRow)], cancellation);

    public Task<bool> SetDisabledAsync(int userId, bool disabled, string actor, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        if (await db.Users.FirstOrDefaultAsync(u => u.Id == userId, c) is not { } user || user.DisabledAt is not null == disabled) return false;
        long now = database.NowSeconds;
        user.DisabledAt = disabled ? now : null;
        if (disabled) await db.Sessions.Where(s => s.UserId == userId && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), c);
        await RecordAsync(db, actor, disabled ? "access.disable" : "access.enable", userId, disabled ? $"Took all access from {user.Name}" : $"Gave access back to {user.Name}", c);
        return true;
    }, cancellation);

    public Task AddLinkAsync(string hash, TimeSpan lifetime, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        db.SignInLinks.Add(new SignInLinkEntity { Hash = hash, CreatedAt = database.NowSeconds, ExpiresAt = database.NowSeconds + (long)lifetime.TotalSeconds });
        await db.SaveChangesAsync(c);
        return true;
    }, cancellation);

    public Task<bool> UseLinkAsync(string hash, CancellationToken cancellation) => database.WriteAsync(async (db, c) =>
    {
        long now = database.NowSeconds;
        return await db.SignInLinks.Where(l => l.Hash == hash && l.UsedAt == null && l.ExpiresAt > now).ExecuteUpdateAsync(l => l.SetProperty(x => x.UsedAt, now), c) == 1;
    }, cancellation);

    private Task<AuditEntryEntity> RecordAsync(WaywardDbContext db, string actor, string verb, int userId, string summary, CancellationToken cancellation) =>
        AuditLog.AppendAsync(db, database.NowMilliseconds, new(actor, verb, string.Create(CultureInfo.InvariantCulture, $"user:{userId}"), summary, null, null, []), cancellation);

    private static AccessState StateOf(UserEntity user, bool live) => new(live && user.DisabledAt is null, user.Id, user.Name, (Roles)user.Roles);

    private static UserRow ToRow(UserEntity u) => new(u.Id, u.Source, u.ExternalId, u.Name, (Roles)u.Roles, u.CreatedAt, u.SeenAt, u.DisabledAt);
}
