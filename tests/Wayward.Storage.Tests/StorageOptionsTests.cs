namespace Wayward.Storage.Tests;

public sealed class StorageOptionsTests
{
    private const string Secret = "hunter2";

    [Fact]
    public void PostgreSql_without_a_connection_string_is_refused_by_name() =>
        Assert.Contains("Storage:ConnectionString", Assert.Single(new StorageOptions { Provider = StorageProvider.PostgreSql }.Validate()), StringComparison.Ordinal);

    [Theory]
    [InlineData("nonsense;" + Secret)]
    [InlineData("Password=" + Secret)]
    [InlineData("Host=db;Port=many;Password=" + Secret)]
    public void A_connection_string_that_is_none_is_refused_without_repeating_it(string text) =>
        Assert.DoesNotContain(Secret, Assert.Single(new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = text }.Validate()), StringComparison.Ordinal);

    [Fact]
    public async Task The_password_is_in_no_text_and_in_no_error()
    {
        var options = new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = $"Host=127.0.0.1;Port=1;Username=wayward;Password={Secret};Timeout=2" };
        Assert.Empty(options.Validate());
        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
        var dialect = new PostgreSql.PostgreSqlDialect(options);
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var connection = new Npgsql.NpgsqlConnection(dialect.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
        });
        var explained = dialect.Explain(error);
        Assert.Equal(StorageProblem.Unreachable, explained?.Problem);
        Assert.DoesNotContain(Secret, explained!.ToString(), StringComparison.Ordinal);
    }
}
