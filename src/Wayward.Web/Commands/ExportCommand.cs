using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Wayward.Core.Triage;
using Wayward.Storage.Findings;
using Wayward.Web.Hosting;
using Wayward.Web.Reports;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>export</c>: many findings as one file, or as files in a folder.</summary>
internal sealed partial class ExportCommand : ICommandModule
{
    private static readonly Dictionary<string, FindingStatus[]> Shows = new()
    {
        ["all"] = [],
        ["open"] = [FindingStatus.Open, FindingStatus.Acknowledged],
        ["closed"] = [FindingStatus.Closed, FindingStatus.ClosedExpected],
    };

    public Command Build(CommandContext context)
    {
        var options = new ReportOptionSet(ReportFormats.Many, ReportFormats.Find("json")!);
        var since = new Option<string?>("--since") { Description = "Only findings that changed at or after this time, such as 2026-01-31 or 2026-01-31T08:00:00Z.", HelpName = "TIME" };
        var status = new Option<string>("--status") { Description = "all, open or closed; all when not given.", HelpName = "all|open|closed", DefaultValueFactory = _ => "all" };
        status.AcceptOnlyFromAmong([.. Shows.Keys]);
        var below = new Option<bool>("--below-threshold") { Description = "Findings below the report threshold too." };
        var output = new Option<string?>("--out") { Description = "A folder; without it everything goes to standard output. Formats that need several files, such as asff, need it.", HelpName = "DIR" };
        var stream = new Option<string?>("--stream") { Description = "Write only what this consumer has not had, into a new file of the folder's day. Needs --out.", HelpName = "NAME" };
        stream.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && !StreamName().IsMatch(name)) result.AddError("--stream takes 1 to 40 lower-case letters, digits and hyphens");
        });
        var follow = new Option<bool>("--follow") { Description = "With --stream: go on until interrupted." };
        var every = new Option<int>("--every") { Description = "With --follow: seconds between looks; 30 when not given.", HelpName = "SECONDS", DefaultValueFactory = _ => 30 };
        var data = DataOption.New();
        var command = new Command("export", "Write many findings in a format that other programs read.") { since, status, below, output, stream, follow, every, data };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            long? from = Since(parsed.GetValue(since));
            var query = new FindingQuery { Statuses = Shows[parsed.GetRequiredValue(status)], IncludeUnreported = parsed.GetValue(below) };
            var format = options.FormatOf(parsed);
            if ((parsed.GetValue(follow) && parsed.GetValue(stream) is null) || (parsed.GetValue(stream) is not null && parsed.GetValue(output) is null)) throw new UsageException("--follow needs --stream, and --stream needs --out");
            if (parsed.GetValue(stream) is not null && from is not null) throw new UsageException("--stream and --since exclude each other: the stream knows what it has had");
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string actor = services.GetRequiredService<ICurrentAnalyst>().Name;
            var reports = services.GetRequiredService<ReportService>();
            if (parsed.GetValue(output) is not { } folder)
            {
                await WriteToAsync(context, stream => reports.ExportAsync(query, from, format, new SingleOutput(stream), actor, options.ChosenIn(parsed), cancellation));
                return ExitCode.Success;
            }
            if (parsed.GetValue(stream) is { } name)
            {
                await StreamAsync(context, folder, parsed.GetValue(follow) ? TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(every))) : null,
                    path => reports.ExportNextAsync(name, query, format, path, actor, options.ChosenIn(parsed), cancellation), cancellation);
                return ExitCode.Success;
            }
            var files = await ToFolderAsync(context, folder, "wayward", format.Extension, to => reports.ExportAsync(query, from, format, to, actor, options.ChosenIn(parsed), cancellation));
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Findings:N0} {(files.Findings == 1 ? "finding" : "findings")} in {files.Names.Count} {(files.Names.Count == 1 ? "file" : "files")}"));
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Files get their names together, when all of them are whole.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    internal static async Task<(int Findings, IReadOnlyList<string> Names)> ToFolderAsync(CommandContext context, string folder, string name, string extension, Func<ReportOutput, Task<int>> write)
    {
        string path = Path.GetFullPath(folder, context.WorkingDirectory);
        using var output = new FolderOutput(path, name, extension);
        try
        {
            int findings = await write(output);
            output.Complete();
            return (findings, output.Files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be written: {e.Message}", e);
        }
    }

    /// <param name="pause">Between looks; null to stop when the stream has had everything.</param>
    private static async Task StreamAsync(CommandContext context, string folder, TimeSpan? pause, Func<string, Task<int>> next, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(folder, context.WorkingDirectory);
        while (true)
        {
            try
            {
                int findings;
                while ((findings = await next(path)) > 0) context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{findings:N0} {(findings == 1 ? "finding" : "findings")}"));
            }
            catch (InvalidOperationException e)
            {
                throw new UsageException(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full folder may be emptied: what follows tries again.
                if (pause is null) throw new InputException($"{folder} cannot be written: {e.Message}", e);
                context.Error.WriteLine($"wayward: {folder} cannot be written: {e.Message}");
            }
            if (pause is not { } span) return;
            await Task.Delay(span, cancellation);
        }
    }

    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z")]
    private static partial Regex StreamName();

    private static async Task WriteToAsync(CommandContext context, Func<Stream, Task> write)
    {
        try
        {
            await using var stream = OutputTarget.Open(context);
            await write(stream);
            await stream.FlushAsync();
        }
        catch (ReportPartsException e)
        {
            throw new UsageException($"{e.Message}; give a folder with --out");
        }
    }

    /// <exception cref="UsageException"/>
    internal static long? Since(string? text) => text is null ? null
        : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToUnixTimeSeconds() : throw new UsageException($"--since: '{text}' is not a time such as 2026-01-31 or 2026-01-31T08:00:00Z");
}
