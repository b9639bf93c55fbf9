namespace Switchboard.Testing.Speech;

/// <summary>Word error rate: the least substitutions, deletions and insertions for each word of the reference.</summary>
public static class WordErrors
{
    /// <summary>Errors of one utterance; case and punctuation do not count.</summary>
    public static int Count(string reference, string heard)
    {
        var expected = Words(reference);
        var actual = Words(heard);
        var previous = Enumerable.Range(0, actual.Length + 1).ToArray();
        for (var i = 1; i <= expected.Length; i++)
        {
            var row = new int[actual.Length + 1];
            row[0] = i;
            for (var j = 1; j <= actual.Length; j++)
            {
                var same = expected[i - 1] == actual[j - 1] ? 0 : 1;
                row[j] = Math.Min(previous[j - 1] + same, Math.Min(previous[j], row[j - 1]) + 1);
            }

            previous = row;
        }

        return previous[^1];
    }

    /// <summary>Errors for each word of all references.</summary>
    public static double Rate(IEnumerable<(string Reference, string Heard)> pairs)
    {
        var all = pairs.ToArray();
        return (double)all.Sum(pair => Count(pair.Reference, pair.Heard)) / all.Sum(pair => Words(pair.Reference).Length);
    }

    /// <summary>The words in lower case.</summary>
    public static string[] Words(string text) =>
        new string([.. text.ToLowerInvariant().Select(letter => char.IsLetter(letter) || letter == '\'' ? letter : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
