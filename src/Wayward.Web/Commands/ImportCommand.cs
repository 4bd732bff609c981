using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Wayward.Core.GuardDuty;
using Wayward.Core.Text;
using Wayward.Storage.GuardDuty;

namespace Wayward.Web.Commands;

/// <summary><c>import guardduty</c>: findings of Amazon GuardDuty, to be compared with ours.</summary>
internal sealed class ImportCommand : ICommandModule
{
    /// <summary>Larger files are refused: a file is read whole.</summary>
    private const long MaxBytes = 512L << 20;

    public Command Build(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files or folders: JSON or JSON lines, gzip or not.", Arity = ArgumentArity.OneOrMore };
        var data = DataOption.New();
        var guardDuty = new Command("guardduty", "Read findings of Amazon GuardDuty in any form it hands out; the page Comparison shows them beside ours.") { paths, data };
        guardDuty.SetAction(async (parsed, cancellation) =>
        {
            var import = new GuardDutyImport();
            foreach (string path in parsed.GetRequiredValue(paths))
                foreach (string file in Files(path, Path.GetFullPath(path, context.WorkingDirectory)))
                    GuardDutyReader.Read(Path.GetFileName(file), await ContentAsync(file, cancellation), import);
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var saved = await services.GetRequiredService<IGuardDutyStore>().SaveAsync(import.Findings, cancellation);
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{import.Findings.Count:N0} findings: {saved.Added:N0} new, {saved.Updated:N0} updated. Left out: {import.Superseded:N0} older states, {import.Samples:N0} samples, {import.OtherTypes:N0} of other types."));
            foreach (var problem in import.Problems)
                context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wayward: {SafeText.Plain(problem.File)}{(problem.Line > 0 ? $" line {problem.Line}" : "")}: {SafeText.Plain(problem.Reason)}"));
            if (import.ProblemCount > import.Problems.Count) context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wayward: and {import.ProblemCount - import.Problems.Count:N0} more"));
            return import.ProblemCount > 0 ? ExitCode.Found : ExitCode.Success;
        });
        return new Command("import", "Read what other programs found.") { guardDuty };
    }

    private static IReadOnlyList<string> Files(string given, string path) =>
        Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsJson).Order(StringComparer.Ordinal)]
        : File.Exists(path) ? [path] : throw new InputException($"{given} does not exist");

    private static bool IsJson(string file)
    {
        string name = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
        return Path.GetExtension(name).ToLowerInvariant() is ".json" or ".jsonl" or ".ndjson" or ".jsonlines";
    }

    private static async Task<ReadOnlyMemory<byte>> ContentAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(path);
            byte[] magic = new byte[2];
            bool gzip = await file.ReadAtLeastAsync(magic, 2, false, cancellation) == 2 && magic is [0x1F, 0x8B];
            file.Position = 0;
            await using Stream content = gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var buffer = new MemoryStream();
            byte[] part = new byte[81_920];
            for (int n; (n = await content.ReadAsync(part, cancellation)) > 0;)
            {
                if (buffer.Length + n > MaxBytes) throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} is larger than {MaxBytes >> 20} MiB"));
                buffer.Write(part, 0, n);
            }
            return buffer.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw InputException.Unreadable(Path.GetFileName(path), path, e);
        }
    }
}
