using System.CommandLine;
using System.Reflection;
using Wayward.Storage;
using Wayward.Web.Configuration;

namespace Wayward.Web.Commands;

/// <summary>The command line: finds the commands, runs one, turns every outcome into an exit code and a message without a stack trace.</summary>
internal static class CommandLine
{
    public const string DefaultCommand = "serve";

    /// <summary>128 + SIGINT, what a shell expects of an interrupted program.</summary>
    private const int Interrupted = 130;

    /// <summary>How long a command may take to stop after Ctrl+C or SIGTERM before the process goes anyway.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>Runs as the process does: Ctrl+C and SIGTERM cancel the command's token.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new Interruption(Patience, CancellationToken.None);
        int code = await RunAsync(args, new CommandContext { Out = Console.Out, Error = Console.Error, ErrorIsTerminal = !Console.IsErrorRedirected }, interruption.Token);
        return code == Interrupted ? interruption.ExitCode : code;
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandContext context, CancellationToken cancellation)
    {
        var (rest, settings, settingErrors) = ConfigurationArguments.Extract(args);
        context = context with { Settings = settings };
        if (settingErrors.Count > 0) return Report(context, settingErrors);

        var root = Build(context);
        var parsed = root.Parse(WithDefaultCommand(rest, root));
        if (parsed.Errors.Count > 0) return Report(context, [.. parsed.Errors.Select(e => e.Message).Distinct()]);

        try
        {
            // Signals are not the library's: see Interruption.
            var configuration = new InvocationConfiguration
            {
                Output = context.Out,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            return Report(context, e.Errors);
        }
        catch (InputException e)
        {
            context.Error.WriteLine($"wayward: {e.Message}");
            return ExitCode.Input;
        }
        catch (StorageUnavailableException e)
        {
            context.Error.WriteLine($"wayward: {e.Message}");
            return ExitCode.Input;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception e)
        {
            context.Error.WriteLine($"wayward: unexpected {e.GetType().Name}: {e.Message}");
            if (Environment.GetEnvironmentVariable("WAYWARD_TRACE") == "1") context.Error.WriteLine(e);
            else context.Error.WriteLine("This is a fault of the program. Set WAYWARD_TRACE=1 to see where it happened.");
            return ExitCode.Fault;
        }
    }

    /// <summary>All commands, by name.</summary>
    internal static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Finds the EC2 instances whose DNS goes astray, in VPC flow logs.");
        var commands = typeof(ICommandModule).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ICommandModule)))
            .Select(t => ((ICommandModule)Activator.CreateInstance(t, BindingFlags.Public | BindingFlags.Instance, null, null, null)!).Build(context))
            .OrderBy(c => c.Name, StringComparer.Ordinal);
        foreach (var command in commands) root.Subcommands.Add(command);
        return root;
    }

    private static IReadOnlyList<string> WithDefaultCommand(IReadOnlyList<string> args, RootCommand root)
    {
        string? first = args.Count == 0 ? null : args[0];
        bool ofRoot = first is not null && (!first.StartsWith('-') || root.Options.Any(o => o.Name == first || o.Aliases.Contains(first)));
        return ofRoot ? args : [DefaultCommand, .. args];
    }

    private static int Report(CommandContext context, IReadOnlyList<string> errors)
    {
        foreach (string error in errors) context.Error.WriteLine($"wayward: {error}");
        context.Error.WriteLine("Try 'wayward --help' or 'wayward COMMAND --help'.");
        return ExitCode.Usage;
    }
}
