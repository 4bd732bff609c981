namespace Wayward.Engine.Resolvers;

/// <param name="Objects">Stored objects of the history window that were read before the entries were there.</param>
/// <param name="Contributed">Of these, objects with contacts to the new endpoints.</param>
/// <param name="Problems">Objects that could not be read again: what they hold of the past stays unknown, and the entries go on training.</param>
public sealed record RescanResult(int Objects, int Contributed, IReadOnlyList<string> Problems)
{
    public bool Complete => Problems.Count == 0;
}
