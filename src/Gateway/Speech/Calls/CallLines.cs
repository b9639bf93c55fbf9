using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;

namespace Switchboard.Gateway.Speech.Calls;

/// <summary>
/// Cuts results into lines of a call: one for each speaker in a result, none longer than <see cref="Switchboard.Limits.CallLine"/>. What the call
/// has already is left out word by word, for a stream that was resumed or heard again is cut elsewhere. Not safe for many threads.
/// </summary>
/// <param name="call">The call as it is.</param>
/// <param name="byChannel">Whether every channel is a speaker.</param>
internal sealed class CallLines(CaseCall call, bool byChannel)
{
    /// <summary>A pause in a file after which a new line begins, in seconds.</summary>
    private const double LongPause = 0.8;

    private readonly List<long> _covered = [.. call.Covered];
    private int _number = call.Lines;

    /// <summary>The lines of a final result of a live stream, as JSON in UTF-8; none when nothing new was said, or when it is no result.</summary>
    public ImmutableArray<CallLine> OfResult(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var message = JsonDocument.Parse(json);
            var root = message.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("channel"u8, out var channel) || Best(channel) is not { } best)
            {
                return [];
            }

            var number = root.TryGetProperty("channel_index"u8, out var index) && index.ValueKind == JsonValueKind.Array && index.GetArrayLength() > 0
                ? index[0].GetInt32() : 0;
            var words = Words(best);
            if (words.Count == 0 && Text(best) is { Length: > 0 } text)
            {
                var start = Seconds(root, "start"u8);
                words.Add(new Spoken(start, start + Seconds(root, "duration"u8), null, text));
            }

            return Cut(number, words, double.PositiveInfinity, Text(best));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return [];
        }
    }

    /// <summary>The lines of a file's results, in the order of their times.</summary>
    public ImmutableArray<CallLine> OfFile(JsonElement results)
    {
        var lines = new List<CallLine>();
        var number = 0;
        foreach (var channel in results.GetProperty("channels"u8).EnumerateArray())
        {
            if (Best(channel) is { } best)
            {
                lines.AddRange(Cut(number, Words(best), LongPause, null));
            }

            number++;
        }

        var place = call.Lines;
        return [.. lines.OrderBy(static line => line.Start).ThenBy(static line => line.Channel).Select(line => line with { Number = ++place })];
    }

    private ImmutableArray<CallLine> Cut(int channel, List<Spoken> words, double pause, string? transcript)
    {
        var before = CoveredOf(channel);
        var fresh = words.FindAll(word => (word.Start + word.End) / 2 * 1000 >= before);
        if (fresh.Count == 0)
        {
            return [];
        }

        var lines = ImmutableArray.CreateBuilder<CallLine>();
        var isWhole = fresh.Count == words.Count && transcript is { Length: > 0 and <= Switchboard.Limits.CallLine }
            && fresh.TrueForAll(word => word.Label == fresh[0].Label);
        if (isWhole)
        {
            Add(lines, channel, fresh, transcript!);
        }
        else
        {
            var begin = 0;
            var length = 0;
            for (var index = 0; index < fresh.Count; index++)
            {
                length += fresh[index].Text.Length + 1;
                var isLast = index == fresh.Count - 1;
                if (isLast || fresh[index + 1].Label != fresh[index].Label || fresh[index + 1].Start - fresh[index].End > pause
                    || length + fresh[index + 1].Text.Length > Switchboard.Limits.CallLine)
                {
                    var run = fresh.GetRange(begin, index + 1 - begin);
                    Add(lines, channel, run, string.Join(' ', run.Select(static word => word.Text)));
                    (begin, length) = (index + 1, 0);
                }
            }
        }

        return lines.DrainToImmutable();
    }

    private void Add(ImmutableArray<CallLine>.Builder lines, int channel, List<Spoken> words, string text)
    {
        var start = Math.Max(0, (long)Math.Round(words[0].Start * 1000));
        var end = Math.Max(start, (long)Math.Round(words[^1].End * 1000));
        _covered[channel] = Math.Max(_covered[channel], end);

        // Only a word without an end is longer than a line.
        foreach (var part in Parts(text.Trim()))
        {
            lines.Add(new CallLine(++_number, channel, words[0].Label, SpeakerOf(channel, words[0].Label), start, end, part));
        }
    }

    private static IEnumerable<string> Parts(string text)
    {
        for (var from = 0; from < text.Length;)
        {
            var length = Math.Min(Switchboard.Limits.CallLine, text.Length - from);
            length -= length > 1 && from + length < text.Length && char.IsHighSurrogate(text[from + length - 1]) ? 1 : 0;
            if (text.Substring(from, length) is var part && !string.IsNullOrWhiteSpace(part))
            {
                yield return part;
            }

            from += length;
        }
    }

    private string SpeakerOf(int channel, int? label)
    {
        var number = byChannel ? channel : label ?? channel;
        return call.Speakers.TryGetValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture), out var name) ? name
            : byChannel ? $"Channel {number + 1}"
            : $"Speaker {number + 1}";
    }

    private long CoveredOf(int channel)
    {
        while (_covered.Count <= channel)
        {
            _covered.Add(0);
        }

        return _covered[channel];
    }

    private static JsonElement? Best(JsonElement channel) =>
        channel.ValueKind == JsonValueKind.Object && channel.TryGetProperty("alternatives"u8, out var all)
            && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0 && all[0].ValueKind == JsonValueKind.Object ? all[0] : null;

    private static List<Spoken> Words(JsonElement best)
    {
        var words = new List<Spoken>();
        if (best.TryGetProperty("words"u8, out var all) && all.ValueKind == JsonValueKind.Array)
        {
            foreach (var word in all.EnumerateArray())
            {
                var text = word.TryGetProperty("punctuated_word"u8, out var written) && written.ValueKind == JsonValueKind.String ? written
                    : word.TryGetProperty("word"u8, out var plain) && plain.ValueKind == JsonValueKind.String ? plain : default;
                if (text.ValueKind == JsonValueKind.String && Storable(text.GetString()!) is { Length: > 0 } said)
                {
                    var start = Seconds(word, "start"u8);
                    words.Add(new Spoken(
                        start,
                        Math.Max(start, Seconds(word, "end"u8)),
                        word.TryGetProperty("speaker"u8, out var label) && label.TryGetInt32(out var number) ? number : null,
                        said));
                }
            }
        }

        return words;
    }

    private static string? Text(JsonElement best) =>
        best.TryGetProperty("transcript"u8, out var text) && text.ValueKind == JsonValueKind.String ? Storable(text.GetString()!) : null;

    private static double Seconds(JsonElement of, ReadOnlySpan<byte> name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and < 1e6 and var seconds ? seconds : 0;

    // PostgreSQL's text has no U+0000; a parsed JSON text has no lone surrogates.
    private static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal).Trim();

    private readonly record struct Spoken(double Start, double End, int? Label, string Text);
}
