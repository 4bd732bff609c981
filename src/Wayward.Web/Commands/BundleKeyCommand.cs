using System.CommandLine;
using Wayward.Web.Bundles;

namespace Wayward.Web.Commands;

/// <summary><c>bundle-key</c>: a key to sign bundles with.</summary>
internal sealed class BundleKeyCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The private key; the public one is written beside it as FILE.pub. Neither may exist." };
        var command = new Command("bundle-key", "Make an Ed25519 key to sign evidence bundles with.") { file };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(file), path = Path.GetFullPath(name, context.WorkingDirectory);
            var (secret, shown) = BundleKey.Create();
            try
            {
                if (File.Exists(path + ".pub")) throw new IOException($"{name}.pub exists");
                Write(path, secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                Write(path + ".pub", shown, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{name} cannot be written: {e.Message}", e);
            }
            context.Out.WriteLine($"key {BundleKey.Fingerprint(BundleKey.ReadPublic(shown))}");
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
