using System.CommandLine;
using System.Globalization;
using Wayward.Core.Text;
using Wayward.Core.Triage;
using Wayward.Core.Triage.Exchange;
using Wayward.Storage.Expected;
using Wayward.Web.Components.Expected;
using Wayward.Web.Hosting;

namespace Wayward.Web.Commands;

/// <summary>
/// <c>expected</c>: the rules by command line. It writes rules and evaluates nothing: a running server applies them within its polling interval, and one that is not running when it starts.
/// </summary>
internal sealed class ExpectedCommand : ICommandModule
{
    private const string Later = "A running server applies this within its polling interval; without one it applies at the next start.";

    public Command Build(CommandContext context) => new("expected", "The expected targets: list, add, end, import and export rules.") { List(context), Add(context), End(context), Import(context), Export(context) };

    private static Command List(CommandContext context)
    {
        var all = new Option<bool>("--all") { Description = "Withdrawn and expired rules too." };
        var data = DataOption.New();
        var command = new Command("list", "The rules in force, one a line.") { all, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            long now = Now(services);
            foreach (var rule in await services.GetRequiredService<IExpectedTargetStore>().AllAsync(cancellation))
                if (parsed.GetValue(all) || InForce(rule, now)) context.Out.WriteLine(Line(rule, now));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Add(CommandContext context)
    {
        var targets = new Argument<string[]>("TARGET") { Description = "Addresses, CIDR blocks, operator:NAME or tier:LETTER; none = any target.", Arity = ArgumentArity.ZeroOrMore };
        var scope = new Option<string[]>("--scope") { Description = "For whom: instance:ID, interface:ID, group:asg:NAME, role:NAME, subnet:ID, vpc:ID or account:ID. Without it the rule is for everyone.", HelpName = "KIND:VALUE" };
        var transport = new Option<string[]>("--transport") { Description = "DNS, DoT, DoQ, DoH, DoH3 or DNSCrypt (default: any).", HelpName = "NAME" };
        var port = new Option<int[]>("--port") { Description = "Only this port.", HelpName = "PORT" };
        var forbid = new Option<bool>("--forbid") { Description = "Report every contact instead of allowing it." };
        var texts = new TextOptions();
        var data = DataOption.New();
        var command = new Command("add", "Add one rule.") { targets, scope, transport, port, forbid, data };
        texts.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var defaults = texts.Of(parsed, Now(services));
            var row = new RuleRow
            {
                Action = parsed.GetValue(forbid) ? "forbid" : "expected", Targets = parsed.GetValue(targets) ?? [], Scope = parsed.GetValue(scope) ?? [], Transports = parsed.GetValue(transport) ?? [], Ports = parsed.GetValue(port) ?? [],
                Reason = defaults.Reason, Owner = defaults.Owner, Ticket = defaults.Ticket, To = defaults.To is { } to ? UtcTime.Iso(to) : "",
            };
            var rule = row.ToRule(out var faults);
            if (faults.Count == 0) faults = ExpectedRules.Faults(rule);
            if (faults.Count > 0) throw new UsageException([.. faults.Select(f => SafeText.Plain(f, 300))]);
            var (saved, _) = await services.GetRequiredService<IExpectedTargetStore>().AddAsync(rule, null, Actor(services), cancellation);
            context.Out.WriteLine(Line(saved, Now(services)));
            context.Out.WriteLine(Later);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command End(CommandContext context)
    {
        var number = new Argument<int>("RULE") { Description = "Its number; see 'wayward expected list'." };
        var reason = new Option<string>("--reason") { Description = "Why it ends.", HelpName = "TEXT", Required = true };
        var data = DataOption.New();
        var command = new Command("end", "Withdraw a rule; findings that it kept closed open again.") { number, reason, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            int id = parsed.GetRequiredValue(number);
            string why = parsed.GetRequiredValue(reason).Trim();
            if (why.Length is 0 or > ExpectedRules.MaxText) throw new UsageException([string.Create(CultureInfo.InvariantCulture, $"--reason must have 1 to {ExpectedRules.MaxText} characters")]);
            if (await services.GetRequiredService<IExpectedTargetStore>().DeleteAsync(id, Actor(services), why, cancellation) is null)
            {
                context.Error.WriteLine(FormattableString.Invariant($"wayward: there is no rule {id} in force"));
                return ExitCode.Found;
            }
            context.Out.WriteLine(FormattableString.Invariant($"Rule {id} is withdrawn. {Later}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Import(CommandContext context)
    {
        var path = new Argument<string>("FILE") { Description = "JSON or CSV as 'export' writes it, or a list of addresses, one a line, such as a trusted IP list of GuardDuty." };
        var replace = new Option<bool>("--replace") { Description = "End the rules in force that the file does not have." };
        var apply = new Option<bool>("--apply") { Description = "Do it. Without this option the differences are shown and nothing is written." };
        var texts = new TextOptions();
        var data = DataOption.New();
        var command = new Command("import", "Show what a file of rules would change, and change it with --apply: all of it or nothing.") { path, replace, apply, data };
        texts.AddTo(command, required: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            byte[] bytes = await BytesAsync(parsed.GetRequiredValue(path), context, cancellation);
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            var store = services.GetRequiredService<IExpectedTargetStore>();
            long now = Now(services);
            var content = RuleFile.Read(bytes, texts.Of(parsed, now));
            if (content.Faults.Count > 0)
            {
                foreach (var fault in content.Faults) context.Error.WriteLine(FormattableString.Invariant($"wayward: {(fault.Line > 0 ? $"{fault.Line}: " : "")}{fault.Text}"));
                context.Error.WriteLine("wayward: nothing was taken from the file");
                return ExitCode.Input;
            }
            var diff = RuleDiff.Of(await store.AllAsync(cancellation), content.Rules, now);
            bool all = parsed.GetValue(replace);
            Show(context.Out, diff, content, all, now);
            if (diff.Added.Count + diff.Changed.Count + (all ? diff.Missing.Count : 0) == 0) return ExitCode.Success;
            if (!parsed.GetValue(apply))
            {
                context.Out.WriteLine("Nothing was written; add --apply to do it.");
                return ExitCode.Success;
            }
            var change = new RuleChange([.. diff.Added, .. diff.Changed.Select(c => c.After)], [.. diff.Changed.Select(c => c.Before.Id), .. all ? diff.Missing.Select(r => r.Id) : []], "expected.import", $"imported from {Path.GetFileName(parsed.GetRequiredValue(path))}");
            var (_, audit) = await store.ChangeAsync(change, Actor(services), cancellation);
            context.Out.WriteLine(FormattableString.Invariant($"Done; audit entry {audit} undoes it. {Later}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Export(CommandContext context)
    {
        var format = new Option<string>("--format") { Description = "json (default) or csv.", HelpName = "FORMAT", DefaultValueFactory = _ => "json" };
        format.AcceptOnlyFromAmong("json", "csv");
        var output = new Option<string?>("--out") { Description = "Write here instead of standard output.", HelpName = "FILE" };
        var data = DataOption.New();
        var command = new Command("export", "Write the rules in force. The same rules give the same bytes.") { format, output, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            long now = Now(services);
            byte[] bytes = RuleFile.Write((await services.GetRequiredService<IExpectedTargetStore>().AllAsync(cancellation)).Where(r => InForce(r, now)), parsed.GetRequiredValue(format) == "csv" ? RuleFormat.Csv : RuleFormat.Json);
            if (parsed.GetValue(output) is not { } file)
            {
                context.Out.Write(System.Text.Encoding.UTF8.GetString(bytes));
                return ExitCode.Success;
            }
            try
            {
                await File.WriteAllBytesAsync(Path.GetFullPath(file, context.WorkingDirectory), bytes, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{file} cannot be written: {e.Message}", e);
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static void Show(TextWriter output, RuleDiff diff, RuleFileContent content, bool replace, long now)
    {
        foreach (var rule in diff.Added) output.WriteLine("+ " + Line(rule, now));
        foreach (var change in diff.Changed) output.WriteLine($"~ {Line(change.After with { Id = change.Before.Id }, now)} (changes {string.Join(", ", change.What)})");
        foreach (var rule in diff.Missing) output.WriteLine($"{(replace ? "-" : " ")} {Line(rule, now)}{(replace ? "" : " (not in the file; stays)")}");
        output.WriteLine(FormattableString.Invariant($"{diff.Added.Count} new, {diff.Changed.Count} changed, {diff.Unchanged} unchanged, {diff.Missing.Count} not in the file{(content.Repeated > 0 ? $", {content.Repeated} repeated in the file" : "")}."));
    }

    private static string Line(ExpectedTarget rule, long now)
    {
        string state = rule.DeletedAt is not null ? ", withdrawn" : rule.ValidTo <= now ? ", expired" : "";
        string end = rule.ValidTo is { } to ? $"until {UtcTime.Day(to - 1)}" : "with no end";
        string more = $"{(rule.Owner.Length > 0 ? $", owner {rule.Owner}" : "")}{(rule.Ticket.Length > 0 ? $", ticket {rule.Ticket}" : "")}";
        return SafeText.Plain(FormattableString.Invariant($"{(rule.Id > 0 ? $"{rule.Id} " : "")}{(rule.Action == ExpectedAction.Forbid ? "forbids" : "expects")} {ExpectedService.Target(rule)} for {ExpectedService.Scope(rule.Scope)} {end}{state}{more}: {rule.Reason}"), 1_000);
    }

    private static bool InForce(ExpectedTarget rule, long now) => rule.DeletedAt is null && (rule.ValidTo is null || rule.ValidTo > now);

    private static long Now(IServiceProvider services) => services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();

    private static string Actor(IServiceProvider services) => services.GetRequiredService<ICurrentAnalyst>().Name;

    private static async Task<byte[]> BytesAsync(string given, CommandContext context, CancellationToken cancellation)
    {
        string path = Path.GetFullPath(given, context.WorkingDirectory);
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > RuleFile.MaxBytes }) throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{given} is larger than {RuleFile.MaxBytes >> 20} MiB"));
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputException.Unreadable(given, path, e);
        }
    }

    /// <summary>Why, whose, and until when.</summary>
    private sealed class TextOptions
    {
        private const int UsualDays = 90;
        private readonly Option<string?> _reason = new("--reason") { Description = "Why the target is expected.", HelpName = "TEXT" };
        private readonly Option<string?> _owner = new("--owner") { Description = "Who answers for it.", HelpName = "NAME" };
        private readonly Option<string?> _ticket = new("--ticket") { Description = "Where it was agreed.", HelpName = "TICKET" };
        private readonly Option<string?> _until = new("--until") { Description = "Last day, UTC, or 'never' (default: 90 days from now).", HelpName = "yyyy-MM-dd" };
        private bool _required;

        public void AddTo(Command command, bool required = true)
        {
            _required = required;
            foreach (var option in new Option[] { _reason, _owner, _ticket, _until }) command.Options.Add(option);
        }

        /// <exception cref="UsageException"/>
        public ListDefaults Of(ParseResult parsed, long now)
        {
            string reason = parsed.GetValue(_reason)?.Trim() ?? "";
            if (_required && reason.Length == 0) throw new UsageException(["--reason is missing: why is the target expected?"]);
            return new(reason, parsed.GetValue(_owner)?.Trim() ?? "", parsed.GetValue(_ticket)?.Trim() ?? "", Until(parsed.GetValue(_until), now));
        }

        private static long? Until(string? text, long now)
        {
            if (text == "never") return null;
            if (string.IsNullOrEmpty(text)) return ExpectedDraft.End(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(now).UtcDateTime).AddDays(UsualDays));
            return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? ExpectedDraft.End(day)
                : throw new UsageException([$"--until is '{SafeText.Plain(text, 40)}'; accepted: a day such as 2027-01-31, or never"]);
        }
    }
}
