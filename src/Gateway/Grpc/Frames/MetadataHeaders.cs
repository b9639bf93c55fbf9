using System.Buffers.Text;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary>Metadata as headers and trailers.</summary>
internal static class MetadataHeaders
{
    /// <summary>What the client sent beside what the protocol itself uses. A binary value that is no base64 is left out.</summary>
    public static Metadata Read(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            if (IsReserved(name) || !IsName(name))
            {
                continue;
            }

            var key = name.ToLowerInvariant();
            foreach (var value in values)
            {
                if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
                {
                    metadata.Add(key, value ?? "");
                    continue;
                }

                foreach (var part in (value ?? "").Split(','))
                {
                    if (TryDecode(part.Trim(), out var bytes))
                    {
                        metadata.Add(key, bytes);
                    }
                }
            }
        }

        return metadata;
    }

    /// <summary>An entry's value as it travels.</summary>
    public static string TextOf(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : Printable(entry.Value);

    /// <summary>Adds entries to headers or trailers.</summary>
    public static void Append(IHeaderDictionary target, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!IsReserved(entry.Key))
            {
                target.Append(entry.Key, TextOf(entry));
            }
        }
    }

    /// <summary>Whether a name belongs to the protocol and not to the application.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(':')
        || (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            && !name.Equals(ProtocolHeaders.StatusDetails, StringComparison.OrdinalIgnoreCase))
        || name.Equals("te", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase);

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var padded = (text.Length % 4) switch
        {
            2 => text + "==",
            3 => text + "=",
            _ => text,
        };
        bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
        {
            return false;
        }

        Array.Resize(ref bytes, length);
        return true;
    }

    private static bool IsName(string name)
    {
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return name.Length > 0;
    }

    // A line break in a header would be a header of its own; anything but printable ASCII is refused by HTTP.
    private static string Printable(string value)
    {
        if (value.All(static character => character is >= ' ' and <= '~'))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        foreach (var character in value)
        {
            text.Append(character is >= ' ' and <= '~' ? character : '?');
        }

        return text.ToString();
    }
}
