using Wayward.Core;

namespace Wayward.Web.Audit;

/// <summary>Configuration section <c>Audit</c>: where the log's checkpoints go.</summary>
internal sealed record AuditOptions
{
    public const string Section = "Audit";

    /// <summary>The private key that signs checkpoints, PEM. Empty = <c>keys/audit-checkpoint.pem</c> in the data folder. Made at the first checkpoint.</summary>
    public string KeyFile { get; init; } = "";
    /// <summary>The file that checkpoints are appended to. Empty = <c>audit-checkpoints.jsonl</c> in the data folder.</summary>
    public string CheckpointFile { get; init; } = "";
    /// <summary>Longest time that a new entry waits for a checkpoint. Every hundred entries make one at once.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate() => new OptionRules(Section).Span(CheckpointInterval, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)).Errors;

    internal Storage.Audit.AuditCheckpoints In(string dataFolder, string workingDirectory) => new(
        KeyFile.Length > 0 ? Path.GetFullPath(KeyFile, Path.GetFullPath(workingDirectory)) : Path.Combine(dataFolder, "keys", "audit-checkpoint.pem"),
        CheckpointFile.Length > 0 ? Path.GetFullPath(CheckpointFile, Path.GetFullPath(workingDirectory)) : Path.Combine(dataFolder, "audit-checkpoints.jsonl"));
}
