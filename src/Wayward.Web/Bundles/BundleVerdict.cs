namespace Wayward.Web.Bundles;

/// <summary>What a verification showed, and no more than that.</summary>
/// <param name="Problems">What was changed or cannot be derived, each a sentence; empty when the bundle holds.</param>
/// <param name="Notes">What was shown, and what was not looked at.</param>
internal sealed record BundleVerdict(IReadOnlyList<string> Problems, IReadOnlyList<string> Notes)
{
    public bool Holds => Problems.Count == 0;
}
