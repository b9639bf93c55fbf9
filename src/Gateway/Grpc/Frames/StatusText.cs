using System.Text;

namespace Switchboard.Gateway.Grpc.Frames;

/// <summary><c>grpc-message</c>: UTF-8 with everything percent-encoded that is not printable ASCII.</summary>
internal static class StatusText
{
    // Trailers share the client's limit for headers, 8 KiB as a rule.
    private const int Longest = 1024;

    public static string Encode(string text)
    {
        if (text.Length > Longest)
        {
            text = text[..(char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)];
        }

        if (!NeedsEncoding(text))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    private static bool NeedsEncoding(string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~' or '%')
            {
                return true;
            }
        }

        return false;
    }
}
