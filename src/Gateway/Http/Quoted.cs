namespace Switchboard.Gateway.Http;

/// <summary>Repeats a caller's text in an answer: a long one is cut, so that the answer stays readable and bounded.</summary>
internal static class Quoted
{
    private const int Longest = 100;

    public static string Cut(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return $"{text.AsSpan(0, end)}...";
    }
}
