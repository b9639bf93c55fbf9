using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>The codings of mails: words in headers (RFC 2047), transfer encodings and character sets of bodies (RFC 2045). Pure.</summary>
internal static partial class MailWords
{
    /// <summary>A header's text with its coded words decoded; what cannot be decoded stays as it is.</summary>
    public static string? Decode(string? header)
    {
        if (header is null || !header.Contains("=?", StringComparison.Ordinal))
        {
            return header;
        }

        // Blanks between two coded words belong to the coding.
        return Word().Replace(Gap().Replace(header, "$1$2"), static match => DecodeWord(match));
    }

    /// <summary>A body's bytes without its transfer encoding.</summary>
    public static byte[] Undo(string? encoding, ReadOnlySpan<byte> body) => encoding?.Trim().ToLowerInvariant() switch
    {
        "base64" => FromBase64(body),
        "quoted-printable" => FromQuoted(body, underscoreIsBlank: false),
        _ => body.ToArray(),
    };

    /// <summary>A text in a character set; an unknown one is taken for UTF-8, and what does not fit is replaced.</summary>
    public static string Text(string? charset, ReadOnlySpan<byte> bytes) => charset?.Trim().Trim('"').ToLowerInvariant() switch
    {
        "iso-8859-1" or "latin1" or "windows-1252" or "iso-8859-15" => Encoding.Latin1.GetString(bytes),
        "utf-16" => Encoding.Unicode.GetString(bytes),
        _ => Encoding.UTF8.GetString(bytes),
    };

    private static string DecodeWord(Match match)
    {
        var bytes = Encoding.Latin1.GetBytes(match.Groups["text"].Value);
        var plain = match.Groups["coding"].Value is "b" or "B" ? FromBase64(bytes) : FromQuoted(bytes, underscoreIsBlank: true);
        return Text(match.Groups["set"].Value, plain);
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> text)
    {
        // Only what belongs to the alphabet: lines end somewhere, and mails are broken somewhere.
        var kept = new byte[text.Length + 3];
        var length = 0;
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'+' or (byte)'/')
            {
                kept[length++] = letter;
            }
        }

        length -= length % 4 == 1 ? 1 : 0;
        while (length % 4 != 0)
        {
            kept[length++] = (byte)'=';
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(length)];
        _ = Base64.DecodeFromUtf8(kept.AsSpan(0, length), bytes, out _, out var written);
        return bytes[..written];
    }

    private static byte[] FromQuoted(ReadOnlySpan<byte> text, bool underscoreIsBlank)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                bytes[length++] = underscoreIsBlank && text[i] == '_' ? (byte)' ' : text[i];
                continue;
            }

            // A soft line break, a byte in hex, or a stray sign.
            if (i + 1 < text.Length && text[i + 1] == '\n')
            {
                i++;
            }
            else if (i + 2 < text.Length && text[i + 1] == '\r' && text[i + 2] == '\n')
            {
                i += 2;
            }
            else if (i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes[length++] = value;
                i += 2;
            }
            else
            {
                bytes[length++] = text[i];
            }
        }

        return bytes[..length];
    }

    [GeneratedRegex(@"=\?(?<set>[A-Za-z0-9_\-]{1,40})(?:\*[A-Za-z\-]{0,20})?\?(?<coding>[bBqQ])\?(?<text>[^?\s]{0,1000})\?=", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"(\?=)\s+(=\?)", RegexOptions.NonBacktracking)]
    private static partial Regex Gap();
}
