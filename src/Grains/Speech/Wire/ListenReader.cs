using System.Globalization;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>Takes one parameter of the query in.</summary>
internal delegate void ListenParameter(ListenReader reader, ListenValue value);

/// <summary>A parameter as it was written, unescaped.</summary>
internal readonly record struct ListenValue(string Name, string Text);

/// <summary>What has been read of a query so far, and the first thing that could not be.</summary>
internal sealed class ListenReader(ListenDialect dialect)
{
    private const int LongestText = 2048;
    private const int MostRepeats = 100;

    private string? _encoding;
    private bool _hasContainerName;

    public ListenParameters Parameters { get; set; } = new()
    {
        InterimResults = dialect.InterimResults,
        EndpointingMilliseconds = dialect.EndpointingMilliseconds,
    };

    public ListenDialect Dialect => dialect;

    public string? Problem { get; private set; }

    public void Refuse(ListenValue value, string expectation) =>
        Problem ??= $"{value.Name}: '{Cut(value.Text)}' cannot be read; expected {expectation}";

    /// <summary>True and false in any case, 1 and 0; null when refused.</summary>
    public bool? Flag(ListenValue value)
    {
        switch (Unquoted(value.Text).ToLowerInvariant())
        {
            case "true" or "1":
                return true;
            case "false" or "0":
                return false;
            default:
                Refuse(value, "true or false");
                return null;
        }
    }

    /// <summary>A whole number in a range, also quoted or written as <c>300.0</c>; null when refused.</summary>
    public int? Number(ListenValue value, int least, int most)
    {
        var read = double.TryParse(
            Unquoted(value.Text), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        if (read && number == Math.Floor(number) && number >= least && number <= most)
        {
            return (int)number;
        }

        Refuse(value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
        return null;
    }

    /// <summary>Text of bearable length; an empty one says nothing and is null, as is a refused one.</summary>
    public string? Text(ListenValue value)
    {
        if (value.Text.Length > LongestText || value.Text.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            Refuse(value, $"at most {LongestText} characters and no control characters");
            return null;
        }

        return value.Text.Length == 0 ? null : value.Text;
    }

    /// <summary>Whether a repeatable parameter may come once more.</summary>
    public bool MayRepeat(ListenValue value, int soFar)
    {
        if (soFar < MostRepeats)
        {
            return true;
        }

        Problem ??= $"{value.Name}: given more than {MostRepeats} times";
        return false;
    }

    /// <summary>Notes a parameter that is understood and that nothing here can do.</summary>
    public void CannotDo(string name)
    {
        if (!Parameters.Unsupported.Contains(name))
        {
            Parameters = Parameters with { Unsupported = Parameters.Unsupported.Add(name) };
        }
    }

    /// <summary>
    /// Takes an encoding of either dialect. A name of a container (<c>wav</c>, <c>mp3</c>) says no more than the container's own
    /// first bytes, which are believed.
    /// </summary>
    public void TakeEncoding(ListenValue value)
    {
        var name = Unquoted(value.Text).ToLowerInvariant();
        if (AudioEncodings.Raw(name) is { } raw)
        {
            (_encoding, _hasContainerName) = (raw, false);
        }
        else if (AudioEncodings.IsContainer(name))
        {
            (_encoding, _hasContainerName) = (null, true);
        }
        else if (name.Length > 0)
        {
            Refuse(value, $"one of {AudioEncodings.Names}");
        }
    }

    /// <summary>Settles what depends on several parameters; answers what contradicts itself.</summary>
    public string? Finish()
    {
        var encoding = _encoding ?? (_hasContainerName ? null : dialect.Encoding);
        Parameters = Parameters with
        {
            Encoding = encoding,
            SampleRate = encoding is null ? null : Parameters.SampleRate ?? AudioEncodings.DefaultSampleRate(encoding),
        };

        if (encoding == OpusStream.Encoding && Parameters.Channels > OpusStream.MostChannels)
        {
            return $"channels: a packet of Opus holds 1 or {OpusStream.MostChannels}";
        }

        return Parameters.Offset is not null && Parameters.SessionId is null
            ? "offset: it goes with session_id, which names the session to resume"
            : null;
    }

    internal static string Unquoted(string text)
    {
        var trimmed = text.AsSpan().Trim();
        return trimmed is ['"', .., '"'] ? trimmed[1..^1].Trim().ToString() : trimmed.ToString();
    }

    private static string Cut(string text) => text.Length <= 100 ? text : $"{text.AsSpan(0, 100)}...";
}
