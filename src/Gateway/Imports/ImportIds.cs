using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Grains.Imports;

namespace Switchboard.Gateway.Imports;

/// <summary>The ids of imported cases: the same for the same thing, so that a case is made once however often it is sent (RFC 9562, version 8).</summary>
internal static class ImportIds
{
    /// <summary>By the key that the case has where it comes from, within a project.</summary>
    public static Guid BySource(Guid orgId, Guid projectId, string sourceKey)
    {
        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"import {orgId:N} {projectId:N} {sourceKey}"), id);
        return Marked(id[..16]);
    }

    /// <summary>
    /// By the receipt and the line. Ids of one import follow one another, as the indexes like it: time of its beginning, line, and what tells
    /// imports of the same moment apart.
    /// </summary>
    public static Guid ByLine(Guid orgId, ImportReceipt receipt, long line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"import {orgId:N} {receipt.Id:N} {line}")), hash);
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, receipt.StartedAt.ToUnixTimeMilliseconds() << 16);

        // 36 bits of the line, around the bits that say what kind of id this is.
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)((line >> 24) & 0x0FFF));
        id[8] = (byte)((line >> 18) & 0x3F);
        BinaryPrimitives.WriteUInt16BigEndian(id[9..], (ushort)((line >> 2) & 0xFFFF));
        id[11] = (byte)(((line & 0x03) << 6) | (byte)(hash[0] & 0x3F));
        hash[1..5].CopyTo(id[12..]);
        return Marked(id);
    }

    private static Guid Marked(Span<byte> id)
    {
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
