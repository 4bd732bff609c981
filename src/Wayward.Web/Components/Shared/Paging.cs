namespace Wayward.Web.Components.Shared;

/// <summary>Pages of a list, numbered from 1. A page beyond the last is answered by the last one: rows that were decided meanwhile must not leave an empty list behind.</summary>
internal static class Paging
{
    /// <param name="number">As the URL has it.</param>
    /// <param name="read">Reads <paramref name="size"/> rows after skipping some.</param>
    /// <param name="measure">Rows read, and how many there are in all.</param>
    /// <returns>What was read, and the number of the page that it is.</returns>
    public static async Task<(T Read, int Number)> ReadAsync<T>(int number, int size, Func<int, Task<T>> read, Func<T, (int Rows, int Total)> measure)
    {
        number = Math.Max(1, number);
        var first = await read((number - 1) * size);
        var (rows, total) = measure(first);
        if (rows > 0 || number == 1) return (first, number);
        int last = Math.Max(1, (total + size - 1) / size);
        return (await read((last - 1) * size), last);
    }
}
