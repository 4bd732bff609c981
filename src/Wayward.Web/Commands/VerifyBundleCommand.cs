using System.CommandLine;
using Wayward.Core.Text;
using Wayward.Engine;
using Wayward.Engine.Bundles;
using Wayward.Web.Bundles;

namespace Wayward.Web.Commands;

/// <summary><c>verify-bundle</c>: derives the findings of a bundle again, without a store.</summary>
internal sealed class VerifyBundleCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The bundle." };
        var publicKey = new Option<string?>("--public-key") { Description = "Verify the signature with this Ed25519 public key (PEM).", HelpName = "FILE" };
        var against = new Option<string?>("--against") { Description = "Compare the objects and their lines with those in this folder or bucket.", HelpName = "DIR|s3://BUCKET" };
        var command = new Command("verify-bundle", "Verify an evidence bundle and derive its findings again. Exit 1 when something was changed.") { file, publicKey, against };
        command.SetAction(async (parsed, cancellation) =>
        {
            var key = parsed.GetValue(publicKey) is { } keyFile ? KeyFile.Read(context, "--public-key", keyFile, BundleKey.ReadPublic) : null;
            using var origin = parsed.GetValue(against) is { } place ? Origin(context, place) : null;
            var verdict = await new BundleVerifier(Open(context, parsed.GetRequiredValue(file)), key, origin).VerifyAsync(cancellation);
            foreach (string problem in verdict.Problems) context.Error.WriteLine($"wayward: {problem}");
            foreach (string note in verdict.Notes) context.Out.WriteLine(note);
            context.Out.WriteLine(verdict.Holds ? "the bundle holds" : "the bundle does NOT hold");
            return verdict.Holds ? ExitCode.Success : ExitCode.Found;
        });
        return command;
    }

    private static Dictionary<string, byte[]> Open(CommandContext context, string file)
    {
        string path = Path.GetFullPath(file, context.WorkingDirectory);
        try
        {
            using var stream = File.OpenRead(path);
            return BundleArchive.Read(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{file} is no bundle, or is damaged: {SafeText.Plain(e.Message, 300)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputException.Unreadable(file, path, e);
        }
    }

    private static BundleOrigin Origin(CommandContext context, string place)
    {
        var options = new SourceOptions { Path = place.StartsWith("s3://", StringComparison.OrdinalIgnoreCase) ? place : Path.GetFullPath(place, context.WorkingDirectory) };
        if (options.Kind == SourceKind.Folder && !Directory.Exists(options.FullPath)) throw new InputException($"--against {place}: there is no such folder");
        return new(options);
    }
}
