using System.Text;
using System.Text.RegularExpressions;

namespace Switchboard.Grains.Intake.Senders;

/// <summary>A mail, or a part of one: headers and body. Reads whatever bytes it is given, within bounds. Pure.</summary>
internal sealed partial class MailPart
{
    private const int MostHeaders = 500;
    private const int LongestHeader = 20_000;
    private const int Deepest = 6;
    private const int MostParts = 50;

    private readonly Dictionary<string, string> _headers;
    private readonly byte[] _body;

    private MailPart(Dictionary<string, string> headers, byte[] body) => (_headers, _body) = (headers, body);

    /// <summary>Reads a part; lines may end in CR LF or in LF.</summary>
    public static MailPart Read(ReadOnlySpan<byte> message)
    {
        var headers = new Dictionary<string, StringBuilder>(StringComparer.OrdinalIgnoreCase);
        StringBuilder? value = null;
        while (!message.IsEmpty)
        {
            var end = message.IndexOf((byte)'\n');
            var line = end < 0 ? message : message[..end];
            message = end < 0 ? [] : message[(end + 1)..];
            line = line.TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                break;
            }

            // UTF-8 in headers is allowed by now (RFC 6532).
            var text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, LongestHeader)]);
            if (text[0] is ' ' or '\t')
            {
                if (value is not null && value.Length + text.Length <= LongestHeader)
                {
                    value.Append(' ').Append(text.AsSpan().Trim());
                }

                continue;
            }

            // The first of several counts.
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            value = null;
            if (colon > 0 && headers.Count < MostHeaders && headers.TryAdd(text[..colon].Trim(), new StringBuilder(text[(colon + 1)..].Trim())))
            {
                value = headers[text[..colon].Trim()];
            }
        }

        return new MailPart(headers.ToDictionary(static one => one.Key, static one => one.Value.ToString(), StringComparer.OrdinalIgnoreCase), message.ToArray());
    }

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name);

    /// <summary>The text that a person would read: the first plain text, else the first HTML without its tags; empty when there is none.</summary>
    public string Text()
    {
        var left = MostParts;
        return Find("text/plain", Deepest, ref left) ?? Bare(Find("text/html", Deepest, ref left)) ?? "";
    }

    private string? Find(string type, int depth, ref int left)
    {
        var (own, parameters) = ContentType();
        if (own.StartsWith("multipart/", StringComparison.Ordinal))
        {
            if (depth == 0 || Boundary(parameters) is not { } boundary)
            {
                return null;
            }

            foreach (var range in PartsOf(boundary))
            {
                if (--left < 0)
                {
                    return null;
                }

                if (Read(_body.AsSpan(range)).Find(type, depth - 1, ref left) is { } found)
                {
                    return found;
                }
            }

            return null;
        }

        var isAttachment = Header("content-disposition")?.TrimStart().StartsWith("attachment", StringComparison.OrdinalIgnoreCase) == true;
        return own == type && !isAttachment
            ? MailWords.Text(Charset().Match(parameters) is { Success: true } charset ? charset.Groups[1].Value : null, MailWords.Undo(Header("content-transfer-encoding"), _body))
            : null;
    }

    private (string Type, string Parameters) ContentType()
    {
        var header = Header("content-type") ?? "text/plain";
        var end = header.IndexOf(';', StringComparison.Ordinal);
        return ((end < 0 ? header : header[..end]).Trim().ToLowerInvariant(), end < 0 ? "" : header[end..]);
    }

    private static byte[]? Boundary(string parameters) =>
        BoundaryParameter().Match(parameters) is { Success: true } match
            ? Encoding.UTF8.GetBytes("--" + (match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["bare"].Value))
            : null;

    /// <summary>The parts between the boundary's lines.</summary>
    private List<Range> PartsOf(byte[] boundary)
    {
        var parts = new List<Range>();
        int? start = null;
        for (var at = 0; at < _body.Length && parts.Count < MostParts;)
        {
            var end = Array.IndexOf(_body, (byte)'\n', at);
            var next = end < 0 ? _body.Length : end + 1;
            var line = _body.AsSpan(at, (end < 0 ? _body.Length : end) - at);
            if (line.StartsWith(boundary))
            {
                if (start is { } from)
                {
                    parts.Add(from..at);
                }

                start = next;
                if (line[boundary.Length..].StartsWith("--"u8))
                {
                    return parts;
                }
            }

            at = next;
        }

        if (start is { } open && parts.Count < MostParts)
        {
            parts.Add(open.._body.Length);
        }

        return parts;
    }

    private static string? Bare(string? html) =>
        html is null ? null : System.Net.WebUtility.HtmlDecode(Tag().Replace(Unseen().Replace(Break().Replace(html, "\n"), ""), " "));

    [GeneratedRegex(@"boundary\s*=\s*(?:""(?<quoted>[^""]{1,200})""|(?<bare>[^\s;]{1,200}))", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex BoundaryParameter();

    [GeneratedRegex(@"charset\s*=\s*""?([A-Za-z0-9_\-]{1,40})", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Charset();

    [GeneratedRegex(@"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]{0,200}>", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Break();

    [GeneratedRegex(@"<script\b[^>]*>[^<]*</script>|<style\b[^>]*>[^<]*</style>", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Unseen();

    [GeneratedRegex(@"<[^>]{0,2000}>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
