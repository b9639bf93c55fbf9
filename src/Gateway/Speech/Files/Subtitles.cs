using System.Globalization;
using System.Text;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Files;

/// <summary>Writes a transcript as subtitles: lines of few words with the times at which they are said, in SubRip or WebVTT.</summary>
internal static class Subtitles
{
    private const int MostWords = 12;
    private const double LongestPause = 0.8;
    private const double LongestLine = 6;

    public static string Write(FileResults results, TranscriptForm form)
    {
        var text = new StringBuilder(form == TranscriptForm.Vtt ? "WEBVTT\n\n" : "");
        var number = 0;
        var lines = results.Channels
            .SelectMany(static (channel, index) => Lines(channel.Alternatives[0].Words).Select(words => (Channel: index, Words: words)))
            .OrderBy(static line => line.Words[0].Start);
        foreach (var (channel, words) in lines)
        {
            if (form == TranscriptForm.Srt)
            {
                text.Append(CultureInfo.InvariantCulture, $"{++number}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{Time(words[0].Start, form)} --> {Time(words[^1].End, form)}\n");
            text.Append(Speaker(channel, results.Channels.Length, words[0].Speaker, form));
            text.AppendJoin(' ', words.Select(static word => Escape(word.PunctuatedWord ?? word.Text))).Append("\n\n");
        }

        return text.ToString();
    }

    private static IEnumerable<List<Word>> Lines(IEnumerable<Word> words)
    {
        List<Word> line = [];
        foreach (var word in words)
        {
            if (line.Count > 0 && (line.Count == MostWords || word.Start - line[^1].End > LongestPause
                || word.End - line[0].Start > LongestLine || word.Speaker != line[0].Speaker))
            {
                yield return line;
                line = [];
            }

            line.Add(word);
        }

        if (line.Count > 0)
        {
            yield return line;
        }
    }

    private static string Speaker(int channel, int channels, int? speaker, TranscriptForm form)
    {
        var name = channels > 1 ? $"Channel {channel}" : speaker is { } number ? $"Speaker {number}" : null;
        return name is null ? "" : form == TranscriptForm.Vtt ? $"<v {name}>" : $"[{name}] ";
    }

    private static string Time(double seconds, TranscriptForm form)
    {
        var milliseconds = (long)Math.Round(seconds * 1000);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{milliseconds / 3_600_000:00}:{milliseconds / 60_000 % 60:00}:{milliseconds / 1000 % 60:00}{(form == TranscriptForm.Srt ? ',' : '.')}{milliseconds % 1000:000}");
    }

    private static string Escape(string word) =>
        word.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
