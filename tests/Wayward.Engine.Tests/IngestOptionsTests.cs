namespace Wayward.Engine.Tests;

public sealed class IngestOptionsTests
{
    [Fact]
    public void All_errors_are_told_at_once_each_with_its_key()
    {
        var errors = new IngestOptions
        {
            Workers = -1,
            CommitObjects = 0,
            PollInterval = TimeSpan.Zero,
            Sources =
            [
                new SourceOptions(), new SourceOptions { Path = "/does/not/exist" }, new SourceOptions { Bucket = "x" }, new SourceOptions { Bucket = "logs", QueueUrl = "https://q" },
                new SourceOptions { QueueUrl = "ftp://q" }, new SourceOptions { Bucket = "logs", StartDate = "01/02/2026" }, new SourceOptions { Path = "s3://logs", ExternalId = "x" },
            ],
        }.Validate();
        foreach (string key in new[] { "Ingest:Workers", "Ingest:CommitObjects", "Ingest:PollInterval", "Ingest:Sources:0 ", "Ingest:Sources:1:Path", "Ingest:Sources:2", "Ingest:Sources:3 ", "Ingest:Sources:4:QueueUrl", "Ingest:Sources:5:StartDate", "Ingest:Sources:6:ExternalId" })
            Assert.Contains(errors, e => e.StartsWith(key, StringComparison.Ordinal));
        Assert.Equal(10, errors.Count);
    }

    [Fact]
    public void One_source_twice_is_an_error_whatever_its_spelling()
    {
        string folder = Path.GetTempPath();
        Assert.Single(new IngestOptions { Sources = [new SourceOptions { Path = folder }, new SourceOptions { Path = folder + "/../" + Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) }] }.Validate());
        Assert.Single(new IngestOptions { Sources = [new SourceOptions { Path = "s3://logs/a" }, new SourceOptions { Bucket = "logs", Prefix = "/a/" }] }.Validate());
    }

    [Fact]
    public void Defaults_are_valid() => Assert.Empty(new IngestOptions().Validate());
}
