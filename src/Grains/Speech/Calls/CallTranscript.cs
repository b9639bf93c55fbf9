using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Files;

namespace Switchboard.Grains.Speech.Calls;

/// <summary>The transcript of a call as a file: one line of text for each line that was heard.</summary>
public static class CallTranscript
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/plain; charset=utf-8";

    private const int Part = 1_000;

    /// <summary>The file's name in the store of files.</summary>
    public static string NameOf(Guid orgId, Guid callId) => $"calls/{orgId:N}/{callId:N}/transcript.txt";

    /// <summary>Writes the file; the same lines give the same file.</summary>
    public static async Task<(string Name, long Bytes, string Sha256)> WriteAsync(
        CaseCall call, ICaseCalls calls, IBlobStore files, CancellationToken cancellationToken)
    {
        // A call's text is bounded, so the file fits into memory.
        using var content = new MemoryStream();
        for (var after = 0; after < call.Lines;)
        {
            var lines = await calls.LinesAsync(call.OrgId, call.Id, after, Part, cancellationToken);
            if (lines.IsEmpty)
            {
                break;
            }

            content.Write(Encoding.UTF8.GetBytes(Text(lines.RemoveAll(line => line.Number > call.Lines))));
            after = lines[^1].Number;
        }

        var name = NameOf(call.OrgId, call.Id);
        content.Position = 0;
        await files.PutAsync(name, content, ContentType, cancellationToken);
        return (name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length))));
    }

    internal static string Text(ImmutableArray<CallLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var at = TimeSpan.FromMilliseconds(line.Start);
            text.Append(CultureInfo.InvariantCulture, $"[{(int)at.TotalHours:00}:{at.Minutes:00}:{at.Seconds:00}.{at.Milliseconds / 100}] {line.Speaker}: {line.Text}\n");
        }

        return text.ToString();
    }
}
