using System.CommandLine;
using System.Globalization;
using Org.BouncyCastle.Crypto.Parameters;
using Wayward.Core.Text;
using Wayward.Engine.Bundles;
using Wayward.Web.Bundles;
using Wayward.Web.Hosting;
using Wayward.Web.Scan;

namespace Wayward.Web.Commands;

/// <summary><c>bundle</c>: what a finding rests on, as a file that anyone can verify.</summary>
internal sealed class BundleCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var subject = new Argument<string?>("FINDING") { Description = "The finding's id.", Arity = ArgumentArity.ZeroOrOne };
        var incident = new Option<int?>("--incident") { Description = "All findings of the incident with this number instead.", HelpName = "NUMBER" };
        var output = new Option<string>("--out") { Description = "The ZIP archive to write.", HelpName = "FILE", Required = true };
        var sign = new Option<string?>("--sign") { Description = "Sign the manifest with this Ed25519 private key (PEM), as 'wayward bundle-key' or OpenSSL makes one.", HelpName = "FILE" };
        var source = new Option<string[]>("--source") { Description = "Where the objects lie, as for serve, if the configuration does not name it. A folder that was read needs no naming.", HelpName = "PATH", AllowMultipleArgumentsPerToken = false };
        var data = DataOption.New();
        var command = new Command("bundle", "Write an evidence bundle: the raw lines, catalogue, rules and parameters that a finding follows from.") { subject, incident, output, sign, source, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, number) = (parsed.GetValue(subject), parsed.GetValue(incident));
            if (id is null == number is null) throw new UsageException(["give a FINDING or --incident NUMBER"]);
            var key = parsed.GetValue(sign) is { } file ? KeyFile.Read(context, "--sign", file, BundleKey.ReadPrivate) : null;
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation, parsed.GetValue(source) ?? []);
            var bundles = services.GetRequiredService<BundleService>();
            string actor = services.GetRequiredService<ICurrentAnalyst>().Name;
            if (await MakeAsync(bundles, id, number, actor, key, cancellation) is not { } made)
            {
                context.Error.WriteLine(number is { } missing ? string.Create(CultureInfo.InvariantCulture, $"wayward: there is no incident {missing} in this store") : $"wayward: there is no finding {SafeText.Plain(id!, 64)} in this store");
                return ExitCode.Found;
            }
            OutputTarget.Write(context, parsed.GetRequiredValue(output), stream => stream.Write(made.Content));
            context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.Lines:N0} lines of {made.Manifest.Objects.Count:N0} objects, {made.Content.Length:N0} bytes\nmanifest {made.ManifestHash}"));
            foreach (var finding in made.Manifest.Findings.Where(f => f.Outside.Count > 0))
                context.Error.WriteLine($"wayward: finding {finding.Id} rests on records outside the bundle for {string.Join(", ", finding.Outside)}");
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<MadeBundle?> MakeAsync(BundleService bundles, string? id, int? incident, string actor, Ed25519PrivateKeyParameters? key, CancellationToken cancellation)
    {
        try
        {
            return incident is { } number ? await bundles.OfIncidentAsync(number, actor, key, cancellation) : await bundles.OfFindingAsync(id!, actor, key, cancellation);
        }
        catch (BundleException e)
        {
            throw new InputException(SafeText.Plain(e.Message, 1_000), e);
        }
    }
}

/// <summary>Reads a key that is named on the command line.</summary>
internal static class KeyFile
{
    /// <exception cref="InputException">The file cannot be read.</exception>
    /// <exception cref="UsageException">It is no key of this kind.</exception>
    public static T Read<T>(CommandContext context, string option, string file, Func<string, T> read)
    {
        string path = Path.GetFullPath(file, context.WorkingDirectory);
        try
        {
            return read(File.ReadAllText(path));
        }
        catch (FormatException e)
        {
            throw new UsageException([$"{option} {file}: {e.Message}; 'wayward bundle-key' makes one"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputException.Unreadable($"{option} {file}", path, e);
        }
    }
}
