using System.Collections.Immutable;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools.OpenAi;

/// <summary>Groups words into utterances where the engine does not.</summary>
internal static class Utterances
{
    /// <summary>Splits where the pause between two words is longer than <paramref name="split"/> seconds.</summary>
    public static ImmutableArray<Utterance> Of(ImmutableArray<Word> words, double split)
    {
        var utterances = ImmutableArray.CreateBuilder<Utterance>();
        var from = 0;
        for (var next = 1; next <= words.Length; next++)
        {
            if (next == words.Length || words[next].Start - words[next - 1].End > split)
            {
                var said = words[from..next];
                utterances.Add(new Utterance(
                    Guid.CreateVersion7(),
                    said[0].Start,
                    said[^1].End,
                    said.Average(static word => word.Confidence),
                    0,
                    string.Join(' ', said.Select(static word => word.Text)),
                    said));
                from = next;
            }
        }

        return utterances.DrainToImmutable();
    }
}
