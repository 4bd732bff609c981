using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Wayward.Storage.Model;

/// <summary>A row whose columns are covered by a checksum, which the context computes whenever it saves the row.</summary>
internal interface ICheckedRow
{
    /// <summary>First 63 bits of SHA-256 over the other columns (<see cref="CheckedRows.Of"/>).</summary>
    long Checksum { get; set; }
}

/// <summary>A column that is computed from other rows and written without its own row: its row's checksum does not cover it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FollowsOtherRowsAttribute : Attribute;

/// <summary>Computes the checksums of rows. A row that does not match its checksum was changed by something other than this program.</summary>
internal static class CheckedRows
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<PropertyInfo>> Columns = [];

    /// <summary>Sets the checksum of every row that is about to be saved.</summary>
    public static void Seal(ChangeTracker tracker)
    {
        foreach (var entry in tracker.Entries<ICheckedRow>())
            if (entry.State is EntityState.Added or EntityState.Modified) entry.Entity.Checksum = Of(entry.Metadata, entry.Entity);
    }

    /// <remarks>
    /// Columns are named in the checksum, and empty ones are left out, so a column that is added later changes no checksum. A number that the database gives to a new row is not known yet
    /// when the row is saved; it is not covered.
    /// </remarks>
    public static long Of(IReadOnlyEntityType type, ICheckedRow row)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        foreach (var column in Columns.GetOrAdd(type.ClrType, _ => Covered(type)))
        {
            if (Text(column.GetValue(row)) is not { Length: > 0 } text) continue;
            Add(bytes, column.Name);
            Add(bytes, text);
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.WrittenSpan, hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
    }

    private static List<PropertyInfo> Covered(IReadOnlyEntityType type) =>
        [.. type.GetProperties().Where(p => p.Name != nameof(ICheckedRow.Checksum) && p.ValueGenerated == ValueGenerated.Never && p.PropertyInfo!.GetCustomAttribute<FollowsOtherRowsAttribute>() is null).Select(p => p.PropertyInfo!).OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>Empty for the value that a row without the column has.</summary>
    private static string Text(object? value) => value switch
    {
        null or false => "",
        true => "1",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) is { } text && text != "0" ? text : "",
    };

    /// <summary>PostgreSQL stores U+FFFD in place of a NUL (<see cref="PostgreSql.PgText"/>); the checksum is that of the stored text on either database.</summary>
    public static string Stored(string text) => text.Replace('\0', '\uFFFD');

    /// <summary>The length comes first, so two different rows never have the same bytes.</summary>
    private static void Add(ArrayBufferWriter<byte> bytes, string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(Stored(text));
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), content.Length);
        bytes.Advance(sizeof(int));
        bytes.Write(content);
    }
}
