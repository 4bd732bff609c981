using System.CommandLine;
using System.Globalization;
using Wayward.Core.Text;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;
using Wayward.Storage.Ingest;

namespace Wayward.Web.Commands;

/// <summary><c>backfill</c>: asks for the past to be read, and says how far that has come. The processes that read the source carry it out; this one only writes down what is wanted.</summary>
internal sealed class BackfillCommand : ICommandModule
{
    private const int ListedAtOnce = 50;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private const string Actor = "command line";

    public Command Build(CommandContext context) => new("backfill", "Read the past of a source: dry run, start, progress, pause, resume and cancel. A running server carries it out.")
    {
        DryRun(context), Start(context), List(context), Watch(context),
        Verb(context, "pause", "Stop reading for a backfill; what it has read stays.", BackfillVerb.Pause, "paused"),
        Verb(context, "resume", "Go on with a paused backfill.", BackfillVerb.Resume, "resumed"),
        Verb(context, "cancel", "End a backfill: what still waits is set aside in the ledger, with the reason; what was read stays.", BackfillVerb.Cancel, "cancelled"),
        Pause(context, "pause-source", "Stop reading a source in every process, until it is resumed.", paused: true),
        Pause(context, "resume-source", "Go on reading a paused source.", paused: false),
    };

    private static Command DryRun(CommandContext context)
    {
        var range = new RangeOptions();
        var data = DataOption.New();
        var command = new Command("dry-run", "How many objects and bytes a range holds, and how many of them the ledger lacks. Nothing is read.") { data };
        range.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation, range.FoldersOf(parsed, context));
            var store = services.GetRequiredService<IBackfillStore>();
            var (wanted, here) = await ResolveAsync(range.Of(parsed), services, context, cancellation);
            var row = await store.RequestAsync(wanted, survey: true, Actor, cancellation);
            try
            {
                if (here is not null) await BackfillSurvey.RunAsync(store, services.GetRequiredService<ISourceObjectStore>(), here, row, TimeProvider.System, cancellation);
                row = await UntilAsync(store, row.Id, b => b.State != BackfillState.Surveying, context, cancellation);
            }
            catch (SourceUnavailableException e)
            {
                await store.ApplyAsync(row.Id, BackfillVerb.Cancel, Actor, CancellationToken.None);
                throw new InputException(e.Message, e);
            }
            catch (OperationCanceledException)
            {
                await store.ApplyAsync(row.Id, BackfillVerb.Cancel, Actor, CancellationToken.None);
                throw;
            }
            context.Out.WriteLine(Survey(row));
            if (row.State == BackfillState.Surveyed) context.Out.WriteLine(Invariant($"Start it with: wayward backfill start {row.Id}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Start(CommandContext context)
    {
        var number = new Argument<int?>("NUMBER") { Description = "Of a dry run, whose range is taken. Without it --source names what to read.", Arity = ArgumentArity.ZeroOrOne };
        var range = new RangeOptions();
        var data = DataOption.New();
        var command = new Command("start", "Start a backfill: of a dry run by its number, or of a range.") { number, data };
        range.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            bool named = !string.IsNullOrEmpty(parsed.GetValue(range.Source));
            if (parsed.GetValue(number) is null == !named) throw new UsageException(["give either the NUMBER of a dry run or --source"]);
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation, range.FoldersOf(parsed, context));
            var store = services.GetRequiredService<IBackfillStore>();
            if (parsed.GetValue(number) is { } id)
            {
                if (!await store.ApplyAsync(id, BackfillVerb.Start, Actor, cancellation)) throw new UsageException([Invariant($"{id} is no dry run that could be started; see 'wayward backfill list'")]);
                context.Out.WriteLine(Line((await store.FindAsync(id, cancellation))!));
                return ExitCode.Success;
            }
            var (wanted, _) = await ResolveAsync(range.Of(parsed), services, context, cancellation);
            context.Out.WriteLine(Line(await store.RequestAsync(wanted, survey: false, Actor, cancellation)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var data = DataOption.New();
        var command = new Command("list", "The backfills and how far they are, and the sources that can be named.") { data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var rows = await services.GetRequiredService<IBackfillStore>().ListAsync(ListedAtOnce, cancellation);
            foreach (var row in rows) context.Out.WriteLine(Line(row));
            if (rows.Count == 0) context.Out.WriteLine("No backfill yet.");
            foreach (var source in await services.GetRequiredService<ISourceDirectory>().ListAsync(cancellation))
                context.Out.WriteLine($"source {SafeText.Plain(source.Name)}{(source.CanList ? "" : " (a queue: name the listing of its bucket instead)")}{(source.PausedBy is { } by ? $", paused by {SafeText.Plain(by)}" : "")}");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Watch(CommandContext context)
    {
        var number = Number();
        var data = DataOption.New();
        var command = new Command("watch", "Follow a backfill until it is done, cancelled or paused; interrupting this does not interrupt it.") { number, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var row = await UntilAsync(services.GetRequiredService<IBackfillStore>(), parsed.GetValue(number), b => !b.Active, context, cancellation);
            context.Out.WriteLine(Line(row));
            return row.State == BackfillState.Done && row.Quarantined > 0 ? ExitCode.Found : ExitCode.Success;
        });
        return command;
    }

    private static Command Verb(CommandContext context, string name, string what, BackfillVerb verb, string past)
    {
        var number = Number();
        var data = DataOption.New();
        var command = new Command(name, what) { number, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var store = services.GetRequiredService<IBackfillStore>();
            int id = parsed.GetValue(number);
            if (!await store.ApplyAsync(id, verb, Actor, cancellation))
                throw new UsageException([await store.FindAsync(id, cancellation) is { } row ? Invariant($"backfill {id} is {State(row.State)} and cannot be {past}") : Invariant($"there is no backfill {id}; see 'wayward backfill list'")]);
            context.Out.WriteLine(Line((await store.FindAsync(id, cancellation))!));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Pause(CommandContext context, string name, string what, bool paused)
    {
        var source = new Argument<string>("SOURCE") { Description = "Its name, or a part that no other has; see 'wayward backfill list'." };
        var data = DataOption.New();
        var command = new Command(name, what) { source, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var directory = services.GetRequiredService<ISourceDirectory>();
            string full = Find(parsed.GetRequiredValue(source), await directory.ListAsync(cancellation)).Name;
            bool done = await directory.PauseAsync(full, paused, Actor, cancellation);
            context.Out.WriteLine($"{SafeText.Plain(full)} {(done ? "is now" : "was already")} {(paused ? "paused" : "being read")}");
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Names the source in full, and finds it in this process's own settings if it is there: then a dry run needs no server.</summary>
    private static async Task<(BackfillRange Range, ISource? Here)> ResolveAsync(BackfillRange wanted, ServiceProvider services, CommandContext context, CancellationToken cancellation)
    {
        if (wanted.Fault() is { } fault) throw new UsageException([fault]);
        var directory = services.GetRequiredService<ISourceDirectory>();
        var own = services.GetRequiredService<SourceRegistry>().All;
        var known = (await directory.ListAsync(cancellation)).ToList();
        known.AddRange(own.Where(o => known.All(k => k.Name != o.Name)).Select(o => new KnownSource(o.Name, o.CanListRange, 0, null, null)));
        // A path is as good as the name made of it.
        string folder = "folder:" + Path.TrimEndingDirectorySeparator(Path.GetFullPath(wanted.Source, context.WorkingDirectory));
        var source = known.FirstOrDefault(k => k.Name == folder) ?? Find(wanted.Source, known);
        if (!source.CanList) throw new UsageException([$"{SafeText.Plain(source.Name)} is a queue and cannot be listed; name the listing of its bucket"]);
        return (wanted with { Source = source.Name }, own.FirstOrDefault(o => o.Name == source.Name));
    }

    private static KnownSource Find(string text, IReadOnlyList<KnownSource> known)
    {
        if (known.FirstOrDefault(k => k.Name == text) is { } exact) return exact;
        var found = known.Where(k => k.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count == 1 ? found[0] : throw new UsageException([
            found.Count == 0 ? $"no source is called {SafeText.Plain(text, 120)}" : $"{SafeText.Plain(text, 120)} means more than one source",
            .. known.Select(k => $"a source is {SafeText.Plain(k.Name)}")]);
    }

    private static async Task<BackfillRow> UntilAsync(IBackfillStore store, int id, Func<BackfillRow, bool> end, CommandContext context, CancellationToken cancellation)
    {
        string last = "";
        while (true)
        {
            var row = await store.FindAsync(id, cancellation) ?? throw new UsageException([Invariant($"there is no backfill {id}; see 'wayward backfill list'")]);
            if (end(row)) return row;
            string line = Line(row);
            if (line != last) context.Error.WriteLine(line);
            last = line;
            await Task.Delay(PollInterval, cancellation);
        }
    }

    private static string Survey(BackfillRow row) => Invariant($"{row.SurveyObjects} objects, {row.SurveyBytes} bytes; the ledger lacks {row.LackingObjects} of them, {row.LackingBytes} bytes");

    /// <summary>One line: number, state, range and how far it is.</summary>
    private static string Line(BackfillRow row)
    {
        var range = row.Range;
        string days = $"{range.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "beginning"}..{range.To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "end"}";
        string far = row.State switch
        {
            BackfillState.Surveying or BackfillState.Surveyed => Survey(row),
            _ => Invariant($"{row.Settled} of {row.Objects} objects{(row.Listed || row.AtRest ? "" : " so far")}, {row.Bytes} bytes")
                + (row.Quarantined > 0 ? Invariant($", {row.Quarantined} quarantined") : "")
                + (row.State == BackfillState.Running && row.ObjectsPerSecond > 0 ? Invariant($", {row.ObjectsPerSecond:0.#} objects/s") : "")
                + (row.TimeLeft is { } left ? $", {left.ToString(left.TotalDays >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture)} left" : ""),
        };
        string trouble = row.Problem is { } problem ? $"; {SafeText.Plain(problem)}" : row is { Active: true, Leased: false } ? "; waits for a process that reads this source" : "";
        return Invariant($"{row.Id} {State(row.State)} {SafeText.Plain(range.Source)} {days}{(range.Prefix.Length > 0 ? " " + SafeText.Plain(range.Prefix) : "")} {(range.NewestFirst ? "newest" : "oldest")} first: {far}{trouble}");
    }

    private static string State(BackfillState state) => state switch
    {
        BackfillState.Surveying => "dry run",
        BackfillState.Surveyed => "dry run ended",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static Argument<int> Number() => new("NUMBER") { Description = "See 'wayward backfill list'." };

    private sealed class RangeOptions
    {
        public Option<string?> Source { get; } = new("--source") { Description = "The source: its name, a part that no other has, or a folder; see 'wayward backfill list'.", HelpName = "NAME" };
        private readonly Option<string?> _from = new("--from") { Description = "First day that objects are filed under, UTC (default: from the beginning).", HelpName = "yyyy-MM-dd" };
        private readonly Option<string?> _to = new("--to") { Description = "Last day, included (default: to the end).", HelpName = "yyyy-MM-dd" };
        private readonly Option<string?> _prefix = new("--prefix") { Description = "Only keys that begin so.", HelpName = "PREFIX" };
        private readonly Option<bool> _newest = new("--newest-first") { Description = "Read the newest first (default: the oldest)." };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { Source, _from, _to, _prefix, _newest }) command.Options.Add(option);
        }

        /// <summary>A folder named as the source may be one that only the server's command line named; as a source of our own it can be surveyed here.</summary>
        public IReadOnlyList<string> FoldersOf(ParseResult parsed, CommandContext context) =>
            parsed.GetValue(Source) is { Length: > 0 } path && Directory.Exists(Path.GetFullPath(path, context.WorkingDirectory)) ? [path] : [];

        /// <exception cref="UsageException"/>
        public BackfillRange Of(ParseResult parsed)
        {
            if (parsed.GetValue(Source) is not { Length: > 0 } source) throw new UsageException(["--source is missing: which source is to be read?"]);
            return new(source, Day("--from", parsed.GetValue(_from)), Day("--to", parsed.GetValue(_to)), parsed.GetValue(_prefix) ?? "", parsed.GetValue(_newest));
        }

        private static DateOnly? Day(string option, string? text) =>
            string.IsNullOrEmpty(text) ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
            : throw new UsageException([$"{option} is '{SafeText.Plain(text, 40)}'; accepted: a day such as 2026-01-31"]);
    }
}
