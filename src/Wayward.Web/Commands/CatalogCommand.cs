using System.CommandLine;
using Wayward.Core.Resolvers;
using Wayward.Engine.Resolvers;
using Wayward.Web.Catalog;
using Wayward.Web.Configuration;
using Wayward.Web.Hosting;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>catalog</c>: what the resolver catalogue knows, and what a list would add to it.</summary>
internal sealed class CatalogCommand : ICommandModule
{
    public Command Build(CommandContext context) => new("catalog", "Look into the resolver catalogue and check lists against it.")
    {
        Check(context), Diff(context), Show(context), Import(context), CatalogUpdate.Build(context), Rescan(context), Files(context),
    };

    private static Command Check(CommandContext context)
    {
        var lists = new Argument<string[]>("LIST") { Description = "Lists of addresses or names, or feeds.", Arity = ArgumentArity.OneOrMore };
        var format = Format();
        var catalog = Extra();
        var command = new Command("check", "How much of a list the catalogue knows, by tier, and what is missing.") { lists, format, catalog };
        command.SetAction(parsed =>
        {
            var resolvers = CatalogArgument.Load(parsed.GetValue(catalog) ?? [], context.WorkingDirectory);
            var checks = parsed.GetRequiredValue(lists).Select(file => (file, CatalogCheck.Run(resolvers, Read(context, file), file))).ToList();
            if (parsed.GetValue(format) == CatalogOutput.Json) OutputTarget.Write(context, null, stream => CatalogReport.WriteJson(stream, resolvers, checks));
            else CatalogReport.WriteTable(context.Out, resolvers, checks);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Diff(CommandContext context)
    {
        var list = new Argument<string>("FILE") { Description = "A catalogue file or feed." };
        var catalog = Extra();
        var command = new Command("diff", "What taking a file into the catalogue would add, change and leave out.") { list, catalog };
        command.SetAction(parsed =>
        {
            string file = parsed.GetRequiredValue(list);
            var resolvers = CatalogArgument.Load(parsed.GetValue(catalog) ?? [], context.WorkingDirectory);
            if (!CatalogFile.TryParse(Read(context, file), file, out var parsedFile, out var errors)) throw new UsageException([.. errors.Take(20).Select(e => e.ToString())]);
            CatalogReport.WriteDiff(context.Out, CatalogImport.Diff(resolvers, parsedFile!));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var what = new Argument<string>("ADDRESS-OR-PROVIDER") { Description = "An address, or a part of a provider's or host's name." };
        var catalog = Extra();
        var command = new Command("show", "The entries for an address or a provider, with their sources.") { what, catalog };
        command.SetAction(parsed =>
        {
            var resolvers = CatalogArgument.Load(parsed.GetValue(catalog) ?? [], context.WorkingDirectory);
            return CatalogReport.WriteEntries(context.Out, resolvers, parsed.GetRequiredValue(what)) ? ExitCode.Success : ExitCode.Found;
        });
        return command;
    }

    private static Command Import(CommandContext context)
    {
        var location = new Argument<string>("FILE-OR-URL") { Description = "A catalogue file or feed: a file, an https address, or http on this machine." };
        var name = new Option<string?>("--name") { Description = "Name of the addition; importing under the same name again continues it (default: from the file).", HelpName = "NAME" };
        var data = DataOption.New();
        var atOnce = new Option<bool>("--alert-at-once") { Description = "Do not train new entries for the learning time first." };
        var command = new Command("import", "Add a file or feed to the catalogue of a data folder; a server that runs on it takes it up by itself.") { location, name, data, atOnce };
        command.SetAction(async (parsed, cancellation) =>
        {
            string from = parsed.GetRequiredValue(location);
            string path = from.Contains("://", StringComparison.Ordinal) ? from : Path.GetFullPath(from, context.WorkingDirectory);
            string label = parsed.GetValue(name) ?? new string([.. Path.GetFileNameWithoutExtension(from.TrimEnd('/')).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(40)]);
            if (!CatalogStore.IsName(label)) throw new UsageException([$"--name {label}: give 1 to 40 letters, digits, - and _"]);
            var store = Store(context, parsed.GetValue(data));
            try
            {
                using var http = CatalogFetcher.NewClient();
                var file = CatalogFile.Parse(await new CatalogFetcher(http).FetchAsync(path, cancellation), from);
                CatalogReport.WriteDiff(context.Out, store.Import(label, file), done: true);
                if (parsed.GetValue(atOnce)) store.EndTraining(label);
                context.Out.WriteLine($"Catalogue {store.Current.Version} ({store.Current.Hash})");
                return ExitCode.Success;
            }
            catch (CatalogFormatException e)
            {
                throw new InputException(e.Message, e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException(e.Message, e);
            }
        });
        return command;
    }

    private static Command Rescan(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = "An addition, see 'catalog files'." };
        var data = DataOption.New();
        var source = new Option<string[]>("--source") { Description = "A folder of flow logs that the server was given with --source; may be repeated.", HelpName = "PATH" };
        var command = new Command("rescan", "Read the stored objects of the history window again for an addition's endpoints; its entries then alert at once.") { name, data, source };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation, parsed.GetValue(source) ?? []);
            string addition = parsed.GetRequiredValue(name);
            if (services.GetRequiredService<CatalogStore>().Additions.All(a => a.Name != addition)) throw new UsageException([$"there is no addition {Core.Text.SafeText.Plain(addition, 60)}; see 'wayward catalog files'"]);
            var result = await services.GetRequiredService<CatalogRescan>().RunAsync(addition, null, cancellation);
            context.Out.WriteLine(FormattableString.Invariant($"{result.Objects} objects read again, {result.Contributed} with contacts to the added endpoints"));
            foreach (string problem in result.Problems) context.Error.WriteLine($"wayward: {Core.Text.SafeText.Plain(problem)}");
            if (!result.Complete) context.Error.WriteLine("wayward: not all of the past could be read; the entries go on training");
            return result.Complete ? ExitCode.Success : ExitCode.Input;
        });
        return command;
    }

    private static Command Files(CommandContext context)
    {
        var data = DataOption.New();
        var command = new Command("files", "The additions to the catalogue of a data folder.") { data };
        command.SetAction(parsed =>
        {
            CatalogReport.WriteAdditions(context.Out, Store(context, parsed.GetValue(data)), DateTimeOffset.UtcNow);
            return ExitCode.Success;
        });
        return command;
    }

    private static CatalogStore Store(CommandContext context, string? data) => Store(Options(context, data));

    internal static CatalogStore Store(ServeOptions options) => new(options.CatalogFolder, options.Detection, TimeProvider.System);

    internal static ServeOptions Options(CommandContext context, string? data)
    {
        var request = new ServeRequest { DataDirectory = data, Settings = context.Settings, WorkingDirectory = context.WorkingDirectory };
        return ServeOptions.Read(AppConfiguration.Build(context.WorkingDirectory, request.AllSettings()), request);
    }

    private static Option<CatalogOutput> Format() => new("--format") { Description = "table (the default) or json.", HelpName = "table|json" };

    private static Option<string[]> Extra() => new("--catalog") { Description = "A catalogue file whose entries are added to the shipped ones; may be repeated.", HelpName = "FILE" };

    /// <exception cref="InputException">The file cannot be read.</exception>
    private static string Read(CommandContext context, string file)
    {
        try
        {
            var info = new FileInfo(Path.GetFullPath(file, context.WorkingDirectory));
            if (info.Exists && info.Length > CatalogFile.MaxLength) throw new InputException($"{file} is larger than {CatalogFile.MaxLength / 1024 / 1024} MiB");
            return File.ReadAllText(info.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw InputException.Unreadable(file, Path.GetFullPath(file, context.WorkingDirectory), e);
        }
    }
}

/// <summary>How a catalogue command answers.</summary>
internal enum CatalogOutput
{
    Table,
    Json,
}
