using System.Collections.Frozen;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>
/// Reads the query of <c>/v1/listen</c> (speech API specification, sections 1.3, 2.2, 3.2 and 6) and writes it again in one form.
/// Parameters that nobody knows are ignored; a known one with a value that cannot be read is refused. Pure, safe for many threads.
/// </summary>
public static class ListenQuery
{
    /// <summary>Characters that a query may have.</summary>
    public const int LongestQuery = 16 * 1024;

    private const int MostParameters = 512;

    private static readonly FrozenDictionary<string, ListenParameter>.AlternateLookup<ReadOnlySpan<char>> Known =
        ListenParameterTable.All.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The names of the parameters that are understood.</summary>
    public static IEnumerable<string> Names => ListenParameterTable.All.Keys;

    /// <summary>Reads a query.</summary>
    /// <param name="query">As it stands in the request, still escaped; with or without the question mark.</param>
    /// <param name="dialect">What holds where the query says nothing.</param>
    public static ListenReading Read(string? query, ListenDialect dialect)
    {
        var text = query.AsSpan();
        if (text is ['?', ..])
        {
            text = text[1..];
        }

        if (text.Length > LongestQuery)
        {
            return Refused($"the query has {text.Length} characters, at most {LongestQuery} are read");
        }

        var reader = new ListenReader(dialect);
        var count = 0;
        foreach (var range in text.Split('&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (++count > MostParameters)
            {
                return Refused($"the query has more than {MostParameters} parameters");
            }

            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            if (Known.TryGetValue(name, out var parameter))
            {
                parameter(reader, new ListenValue(name.ToString(), equals < 0 ? "" : Unescape(pair[(equals + 1)..])));
                if (reader.Problem is { } problem)
                {
                    return Refused(problem);
                }
            }
        }

        return reader.Finish() is { } contradiction ? Refused(contradiction) : new ListenReading(reader.Parameters, null);
    }

    /// <summary>
    /// The query that asks an engine for the same: only what an engine needs to know, so neither callbacks nor labels, cases and
    /// resumption, which are the gateway's.
    /// </summary>
    public static string Write(ListenParameters parameters) => ListenQueryWriter.Write(parameters);

    /// <summary>Names of the features that are asked for, as usage reports list them.</summary>
    public static IEnumerable<string> Features(ListenParameters parameters) => ListenQueryWriter.Features(parameters);

    private static string Unescape(ReadOnlySpan<char> value) => Uri.UnescapeDataString(value.ToString().Replace('+', ' '));

    private static ListenReading Refused(string what) => new(null, SpeechError.InvalidParameter(what));
}

/// <summary>Either what was asked for, or what is wrong with it.</summary>
/// <param name="Parameters">The parameters, or null.</param>
/// <param name="Error">Why they could not be read, or null.</param>
public readonly record struct ListenReading(ListenParameters? Parameters, SpeechError? Error);
