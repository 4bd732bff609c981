using System.CommandLine;
using Wayward.Core.Detection;
using Wayward.Core.Text;
using Wayward.Storage.Findings;

namespace Wayward.Web.Commands;

/// <summary><c>explain</c>: why a finding was made, in sentences.</summary>
internal sealed class ExplainCommand : ICommandModule
{
    public Command Build(CommandContext context)
    {
        var finding = new Argument<string>("FINDING") { Description = "The finding's id." };
        var data = DataOption.New();
        var command = new Command("explain", "Say why a finding was made, with the points and what would have had to differ.") { finding, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var services = await StoreAccess.OpenAsync(context, parsed.GetValue(data), cancellation);
            string id = parsed.GetRequiredValue(finding);
            if (await services.GetRequiredService<IFindingStore>().FindAsync(id, cancellation) is not { } stored)
            {
                context.Error.WriteLine($"wayward: there is no finding {SafeText.Plain(id, 64)} in this store");
                return ExitCode.Found;
            }
            Write(context.Out, stored.Finding);
            return ExitCode.Success;
        });
        return command;
    }

    internal static void Write(TextWriter output, Finding finding)
    {
        string headline = FindingText.Headline(finding);
        output.WriteLine(SafeText.Plain(headline));
        output.WriteLine();
        foreach (string paragraph in FindingText.Explain(finding).Where(p => p != headline))
        {
            output.WriteLine(SafeText.Plain(paragraph, 2_000));
            output.WriteLine();
        }
        Points(output, "Severity (tenths)", finding.SeverityFactors, finding.Severity);
        Points(output, "Confidence", finding.ConfidenceFactors, finding.Confidence);
    }

    private static void Points(TextWriter output, string title, IReadOnlyList<ScoreFactor> factors, int total)
    {
        output.WriteLine(title);
        foreach (var factor in factors) output.WriteLine(FormattableString.Invariant($"  {factor.Points,4:+0;-0;0}  {SafeText.Plain(factor.Code, 60),-28}  {SafeText.Plain(factor.Evidence)}"));
        output.WriteLine(FormattableString.Invariant($"  {total,4}"));
        output.WriteLine();
    }
}
