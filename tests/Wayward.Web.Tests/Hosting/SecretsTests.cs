using Wayward.Web.Hosting;

namespace Wayward.Web.Tests.Hosting;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("The key AKIAIOSFODNN7EXAMPLE is not known", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("session ASIAY34FZKBOKMUTVV7A expired", "ASIAY34FZKBOKMUTVV7A")]
    [InlineData("Host=db;Username=w;Password=hunter2;Timeout=3", "hunter2")]
    [InlineData("GET /x?X-Amz-Signature=abcdef0123&y=1", "abcdef0123")]
    [InlineData("Authorization: Bearer eyJhbGciOi", "eyJhbGciOi")]
    [InlineData("{\"SecretAccessKey\": \"x\", \"SessionToken\": \"IQoJb3JpZ2lu\"}", "IQoJb3JpZ2lu")]
    public void Credentials_in_foreign_messages_are_taken_out(string message, string secret)
    {
        string shown = Secrets.Redact(message);
        Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
        Assert.NotEqual("", shown);
    }

    [Fact]
    public void Ordinary_messages_stay_as_they_are() =>
        Assert.Equal("Access to s3://logs/AWSLogs/ is denied (403): allow s3:ListBucket", Secrets.Redact("Access to s3://logs/AWSLogs/ is denied (403): allow s3:ListBucket"));
}
