using Microsoft.EntityFrameworkCore;

namespace Wayward.Storage.Model;

/// <summary>Keys and indexes of people, sessions and sign-in links.</summary>
internal static class AccessModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<UserEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => new { x.Source, x.ExternalId }).IsUnique();
        });
        model.Entity<SessionEntity>(e =>
        {
            e.HasKey(x => x.Id);
            e.HasIndex(x => x.UserId);
            e.HasIndex(x => x.ExpiresAt);
        });
        model.Entity<SignInLinkEntity>().HasKey(x => x.Hash);
    }
}
