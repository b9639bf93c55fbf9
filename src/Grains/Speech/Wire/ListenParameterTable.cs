using System.Collections.Immutable;
using System.Globalization;

namespace Switchboard.Grains.Speech.Wire;

/// <summary>Every parameter that is understood, by its name. A name that is not here is ignored.</summary>
internal static class ListenParameterTable
{
    private const int LongestSilence = 600_000;

    public static IReadOnlyDictionary<string, ListenParameter> All { get; } = new Dictionary<string, ListenParameter>(StringComparer.Ordinal)
    {
        ["model"] = static (r, v) => Text(r, v, static (p, text) => p with { Model = text }),
        ["language"] = TakeLanguage,
        ["lang"] = TakeLanguage,
        ["encoding"] = static (r, v) => r.TakeEncoding(v),
        ["codec"] = static (r, v) => r.TakeEncoding(v),
        ["format"] = TakeFormat,
        ["output"] = TakeOutput,
        ["sample_rate"] = static (r, v) => Number(r, v, 4_000, 192_000, static (p, n) => p with { SampleRate = n }),
        ["channels"] = static (r, v) => Number(r, v, 1, 16, static (p, n) => p with { Channels = n }),
        ["multichannel"] = static (r, v) => Flag(r, v, static (p, on) => p with { Multichannel = on }),
        ["interim_results"] = static (r, v) => Flag(r, v, static (p, on) => p with { InterimResults = on }),
        ["endpointing"] = TakeEndpointing,
        ["utterance_end_ms"] = TakeUtteranceEnd,
        ["vad_events"] = static (r, v) => Flag(r, v, static (p, on) => p with { VadEvents = on }),
        ["punctuate"] = static (r, v) => Flag(r, v, static (p, on) => p with { Punctuate = on }),
        ["smart_format"] = static (r, v) => Flag(r, v, static (p, on) => p with { SmartFormat = on }),
        ["numerals"] = static (r, v) => Flag(r, v, static (p, on) => p with { Numerals = on }),
        ["dictation"] = static (r, v) => Flag(r, v, static (p, on) => p with { Dictation = on }),
        ["profanity_filter"] = static (r, v) => Flag(r, v, static (p, on) => p with { ProfanityFilter = on }),
        ["filler_words"] = static (r, v) => Flag(r, v, static (p, on) => p with { FillerWords = on }),
        ["diarize"] = static (r, v) => Flag(r, v, static (p, on) => p with { Diarize = on }),
        ["diarization"] = static (r, v) => Flag(r, v, static (p, on) => p with { Diarize = on }),
        ["diarize_model"] = TakeDiarizeModel,
        ["redact"] = TakeRedact,
        ["replace"] = static (r, v) => Repeat(r, v, static p => p.Replace, static (p, all) => p with { Replace = all }),
        ["search"] = static (r, v) => Repeat(r, v, static p => p.Search, static (p, all) => p with { Search = all }),
        ["keyterm"] = static (r, v) => Repeat(r, v, static p => p.Keyterms, static (p, all) => p with { Keyterms = all }),
        ["keywords"] = TakeKeyword,
        ["tag"] = static (r, v) => Repeat(r, v, static p => p.Tags, static (p, all) => p with { Tags = all }),
        ["extra"] = TakeExtra,
        ["callback"] = TakeCallback,
        ["callback_method"] = TakeCallbackMethod,
        ["metadata"] = static (r, v) => Text(r, v, static (p, text) => p with { CallbackMetadata = text }),
        ["utterances"] = static (r, v) => Flag(r, v, static (p, on) => p with { Utterances = on }),
        ["utt_split"] = TakeUtteranceSplit,
        ["paragraphs"] = static (r, v) => Flag(r, v, static (p, on) => p with { Paragraphs = on }),
        ["detect_language"] = TakeDetectLanguage,
        ["alternatives"] = TakeAlternatives,
        ["detect_entities"] = CannotDoFlag,
        ["measurements"] = CannotDoFlag,
        ["sentiment"] = CannotDoFlag,
        ["topics"] = CannotDoFlag,
        ["intents"] = CannotDoFlag,
        ["summarize"] = CannotDoUnlessOff,
        ["custom_topic"] = CannotDoUnlessOff,
        ["custom_topic_mode"] = CannotDoUnlessOff,
        ["custom_intent"] = CannotDoUnlessOff,
        ["custom_intent_mode"] = CannotDoUnlessOff,
        ["mip_opt_out"] = static (r, v) => r.Flag(v),
        ["no_delay"] = static (r, v) => r.Flag(v),
        ["version"] = static (r, v) => r.Text(v),
        ["tier"] = static (r, v) => r.Text(v),
        ["diarize_version"] = static (r, v) => r.Text(v),
        ["case_id"] = static (r, v) => Text(r, v, static (p, text) => p with { CaseId = text }),
        ["call_id"] = TakeCall,
        ["resume"] = static (r, v) => Flag(r, v, static (p, on) => p with { Resume = on }),
        ["session_id"] = TakeSession,
        ["offset"] = TakeOffset,
    };

    private static void Flag(ListenReader reader, ListenValue value, Func<ListenParameters, bool, ListenParameters> set)
    {
        if (reader.Flag(value) is { } on)
        {
            reader.Parameters = set(reader.Parameters, on);
        }
    }

    private static void Number(
        ListenReader reader, ListenValue value, int least, int most, Func<ListenParameters, int, ListenParameters> set)
    {
        if (reader.Number(value, least, most) is { } number)
        {
            reader.Parameters = set(reader.Parameters, number);
        }
    }

    private static void Text(ListenReader reader, ListenValue value, Func<ListenParameters, string, ListenParameters> set)
    {
        if (reader.Text(value) is { } text)
        {
            reader.Parameters = set(reader.Parameters, text);
        }
    }

    private static void Repeat(
        ListenReader reader,
        ListenValue value,
        Func<ListenParameters, ImmutableArray<string>> get,
        Func<ListenParameters, ImmutableArray<string>, ListenParameters> set)
    {
        if (reader.Text(value) is { } text && reader.MayRepeat(value, get(reader.Parameters).Length))
        {
            reader.Parameters = set(reader.Parameters, get(reader.Parameters).Add(text));
        }
    }

    private static void TakeLanguage(ListenReader reader, ListenValue value)
    {
        var language = ListenReader.Unquoted(value.Text);
        if (language.Length > 35 || language.AsSpan().ContainsAnyExcept(LanguageCharacters))
        {
            reader.Refuse(value, "a BCP-47 language such as en or en-US, or multi");
        }
        else if (language.Length > 0)
        {
            reader.Parameters = reader.Parameters with { Language = language };
        }
    }

    // Aldea's name for the encoding; subtitles are asked for by the same word elsewhere, and no codec is called so.
    private static void TakeFormat(ListenReader reader, ListenValue value)
    {
        if (Form(value) is { } form)
        {
            reader.Parameters = reader.Parameters with { Output = form };
        }
        else
        {
            reader.TakeEncoding(value);
        }
    }

    private static void TakeOutput(ListenReader reader, ListenValue value)
    {
        if (Form(value) is { } form)
        {
            reader.Parameters = reader.Parameters with { Output = form };
        }
        else
        {
            reader.Refuse(value, "json, srt or vtt");
        }
    }

    private static TranscriptForm? Form(ListenValue value) => ListenReader.Unquoted(value.Text).ToLowerInvariant() switch
    {
        "json" => TranscriptForm.Json,
        "srt" => TranscriptForm.Srt,
        "vtt" => TranscriptForm.Vtt,
        _ => null,
    };

    private static void TakeEndpointing(ListenReader reader, ListenValue value)
    {
        switch (ListenReader.Unquoted(value.Text).ToLowerInvariant())
        {
            case "true":
                var usual = Math.Max(reader.Dialect.EndpointingMilliseconds, ListenDialect.LiveDefaults.EndpointingMilliseconds);
                reader.Parameters = reader.Parameters with { EndpointingMilliseconds = usual };
                break;
            case "false":
                reader.Parameters = reader.Parameters with { EndpointingMilliseconds = 0 };
                break;
            default:
                Number(reader, value, 0, LongestSilence, static (p, n) => p with { EndpointingMilliseconds = n });
                break;
        }
    }

    private static void TakeUtteranceEnd(ListenReader reader, ListenValue value)
    {
        if (ListenReader.Unquoted(value.Text).ToLowerInvariant() is "false" or "0")
        {
            reader.Parameters = reader.Parameters with { UtteranceEndMilliseconds = null };
        }
        else
        {
            Number(reader, value, 1000, 5000, static (p, n) => p with { UtteranceEndMilliseconds = n });
        }
    }

    private static void TakeDiarizeModel(ListenReader reader, ListenValue value)
    {
        var live = reader.Dialect.Live;
        var known = ListenReader.Unquoted(value.Text).ToLowerInvariant() switch
        {
            "latest" or "v1" => true,
            "v2" => !live,
            _ => false,
        };
        if (known)
        {
            reader.Parameters = reader.Parameters with { Diarize = true };
        }
        else
        {
            reader.Refuse(value, live ? "latest or v1" : "latest, v1 or v2");
        }
    }

    private static void TakeRedact(ListenReader reader, ListenValue value)
    {
        var kind = ListenReader.Unquoted(value.Text).ToLowerInvariant();
        if (kind is "false")
        {
            reader.Parameters = reader.Parameters with { Redact = [] };
        }
        else if (kind is "pci" or "pii" or "numbers" or "ssn" or "aggressive_numbers" or "true")
        {
            if (!reader.Parameters.Redact.Contains(kind))
            {
                reader.Parameters = reader.Parameters with { Redact = reader.Parameters.Redact.Add(kind) };
            }
        }
        else
        {
            // What is not redacted would be read by people who were promised that it is.
            reader.Refuse(value, "pci, pii, numbers, ssn, aggressive_numbers, true or false");
        }
    }

    private static void TakeKeyword(ListenReader reader, ListenValue value)
    {
        var colon = value.Text.LastIndexOf(':');
        var boosted = colon > 0
            && double.TryParse(value.Text.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        Repeat(
            reader,
            boosted ? value with { Text = value.Text[..colon] } : value,
            static p => p.Keyterms,
            static (p, all) => p with { Keyterms = all });
    }

    private static void TakeExtra(ListenReader reader, ListenValue value)
    {
        if (reader.Text(value) is not { } text || !reader.MayRepeat(value, reader.Parameters.Extra.Count))
        {
            return;
        }

        var colon = text.IndexOf(':');
        if (colon <= 0)
        {
            reader.Refuse(value, "key:value");
            return;
        }

        reader.Parameters = reader.Parameters with { Extra = reader.Parameters.Extra.SetItem(text[..colon], text[(colon + 1)..]) };
    }

    private static void TakeCallback(ListenReader reader, ListenValue value)
    {
        if (reader.Text(value) is not { } text)
        {
            return;
        }

        var known = Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme is "http" or "https" || (reader.Dialect.Live && address.Scheme is "ws" or "wss"));
        if (known)
        {
            reader.Parameters = reader.Parameters with { Callback = address };
        }
        else
        {
            // The value is not repeated: it may hold the receiver's password.
            reader.Refuse(value with { Text = "..." }, "Invalid callback url.");
        }
    }

    private static void TakeCallbackMethod(ListenReader reader, ListenValue value)
    {
        var method = ListenReader.Unquoted(value.Text).ToUpperInvariant();
        if (method is "POST" or "PUT")
        {
            reader.Parameters = reader.Parameters with { CallbackMethod = method };
        }
        else
        {
            reader.Refuse(value, "POST or PUT");
        }
    }

    private static void TakeUtteranceSplit(ListenReader reader, ListenValue value)
    {
        var read = double.TryParse(
            ListenReader.Unquoted(value.Text), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
        if (read && seconds is > 0 and <= 60)
        {
            reader.Parameters = reader.Parameters with { UtteranceSplitSeconds = seconds };
        }
        else
        {
            reader.Refuse(value, "seconds, more than 0 and at most 60");
        }
    }

    // True, false, or the languages to choose from, which may repeat.
    private static void TakeDetectLanguage(ListenReader reader, ListenValue value)
    {
        var text = ListenReader.Unquoted(value.Text).ToLowerInvariant();
        reader.Parameters = reader.Parameters with { DetectLanguage = text is not ("false" or "0" or "") };
    }

    private static void TakeAlternatives(ListenReader reader, ListenValue value)
    {
        if (reader.Number(value, 1, 100) > 1)
        {
            reader.CannotDo(value.Name);
        }
    }

    private static void CannotDoFlag(ListenReader reader, ListenValue value)
    {
        if (reader.Flag(value) == true)
        {
            reader.CannotDo(value.Name);
        }
    }

    private static void CannotDoUnlessOff(ListenReader reader, ListenValue value)
    {
        if (ListenReader.Unquoted(value.Text).ToLowerInvariant() is not ("false" or "0" or ""))
        {
            reader.CannotDo(value.Name);
        }
    }

    private static void TakeSession(ListenReader reader, ListenValue value)
    {
        if (Guid.TryParse(ListenReader.Unquoted(value.Text), out var session))
        {
            reader.Parameters = reader.Parameters with { SessionId = session };
        }
        else
        {
            reader.Refuse(value, "the value of the header dg-session-id of the session to resume");
        }
    }

    private static void TakeCall(ListenReader reader, ListenValue value)
    {
        if (Guid.TryParse(ListenReader.Unquoted(value.Text), out var call))
        {
            reader.Parameters = reader.Parameters with { CallId = call };
        }
        else
        {
            reader.Refuse(value, "the id of a call that was announced");
        }
    }

    private static void TakeOffset(ListenReader reader, ListenValue value)
    {
        if (long.TryParse(ListenReader.Unquoted(value.Text), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            reader.Parameters = reader.Parameters with { Offset = offset };
        }
        else
        {
            reader.Refuse(value, "bytes from the session's beginning");
        }
    }

    private const string LanguageCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
}
