using System.Security.Cryptography;
using System.Text;
using Wayward.Storage.Access;

namespace Wayward.Web.Access;

/// <summary>Links that sign in once. The token has 256 random bits; the store holds its hash only.</summary>
internal sealed class SignInLinks(IAccessStore store)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private const int TokenBytes = 32;

    /// <returns>The token, for <see cref="Address"/>.</returns>
    public async Task<string> CreateAsync(CancellationToken cancellation)
    {
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        await store.AddLinkAsync(Hash(token), Lifetime, cancellation);
        return token;
    }

    public async Task<bool> UseAsync(string token, CancellationToken cancellation) =>
        token.Length == 2 * TokenBytes && token.All(char.IsAsciiHexDigitLower) && await store.UseLinkAsync(Hash(token), cancellation);

    /// <param name="url">As the server listens, such as <c>http://127.0.0.1:5080</c>.</param>
    public static string Address(string url, string token)
    {
        var address = BindingAddress.Parse(url);
        string host = address.Host is "0.0.0.0" or "[::]" or "*" or "+" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}{SignInEndpoints.Path}?token={token}";
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
}
