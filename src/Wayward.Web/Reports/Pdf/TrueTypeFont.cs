using System.Buffers.Binary;
using System.Collections;

namespace Wayward.Web.Reports.Pdf;

/// <summary>A TrueType font with outlines in table <c>glyf</c>, the kind that can be embedded as a subset. Facts of the file: OpenType specification 1.9, "Font file" and "cmap".</summary>
internal sealed class TrueTypeFont
{
    private readonly BitArray _covered = new(0x1_0000);

    /// <exception cref="FormatException">Not such a font.</exception>
    public TrueTypeFont(byte[] bytes)
    {
        Bytes = bytes;
        try
        {
            uint tag = U32(0);
            if (tag == 0x7474_6366) throw new FormatException("it is a collection (.ttc); give a single TrueType font (.ttf)");
            if (tag is not (0x0001_0000 or 0x7472_7565) || Table("glyf") < 0) throw new FormatException("it has no TrueType outlines; fonts with PostScript outlines (.otf) cannot be embedded");
            if (Table("cmap") is not (>= 0 and var cmap)) throw new FormatException("it has no table of characters");
            Read(cmap);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException("it is cut short or is no font", e);
        }
    }

    public byte[] Bytes { get; }

    /// <summary>It has a glyph for a character of the basic plane.</summary>
    public bool Covers(char character) => _covered[character];

    private int Table(string name)
    {
        for (int i = 0, count = U16(4); i < count; i++)
        {
            int at = 12 + 16 * i;
            if (System.Text.Encoding.ASCII.GetString(Bytes.AsSpan(at, 4)) == name) return checked((int)U32(at + 8));
        }
        return -1;
    }

    /// <summary>All Unicode subtables of formats 4 and 12.</summary>
    private void Read(int cmap)
    {
        for (int i = 0, count = U16(cmap + 2); i < count; i++)
        {
            int record = cmap + 4 + 8 * i, platform = U16(record), encoding = U16(record + 2);
            if (platform != 0 && !(platform == 3 && encoding is 1 or 10)) continue;
            int at = cmap + (int)U32(record + 4);
            if (U16(at) == 4) Segments(at);
            else if (U16(at) == 12) Groups(at);
        }
    }

    private void Segments(int at)
    {
        int twice = U16(at + 6), ends = at + 14, starts = ends + twice + 2, deltas = starts + twice, offsets = deltas + twice;
        for (int i = 0; i < twice; i += 2)
        {
            int offset = U16(offsets + i);
            for (int c = U16(starts + i), end = U16(ends + i); c <= end && c < 0xFFFF; c++)
            {
                int glyph = offset == 0 ? c + U16(deltas + i) & 0xFFFF : U16(offsets + i + offset + 2 * (c - U16(starts + i)));
                if (glyph != 0) _covered[c] = true;
            }
        }
    }

    private void Groups(int at)
    {
        for (uint i = 0, count = U32(at + 12); i < count; i++)
        {
            int group = at + 16 + 12 * (int)i;
            uint start = U32(group), end = Math.Min(U32(group + 4), 0xFFFE), glyph = U32(group + 8);
            for (uint c = start; c <= end; c++)
                if (glyph + (c - start) != 0) _covered[(int)c] = true;
        }
    }

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(at, 2));
    private uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(at, 4));
}
