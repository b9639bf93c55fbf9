namespace Switchboard.Speech.Recognition;

/// <summary>The recogniser of this node (configuration section <c>Recognition</c>).</summary>
public sealed class RecognitionOptions
{
    /// <summary>The folder of the model: <c>en-us/</c>, <c>en-us.lm.bin</c>, <c>cmudict-en-us.dict</c>.</summary>
    public string ModelFolder { get; set; } = "/usr/share/pocketsphinx/model/en-us";

    /// <summary>Decoders for live speech, made when they are needed, 92 MiB each; leased for an utterance at a time. 0: four for each core.</summary>
    public int LiveDecoders { get; set; }

    /// <summary>Decoders for files, made when they are needed, 92 MiB each. 0: one for each core.</summary>
    public int FileDecoders { get; set; }

    /// <summary>How long an utterance may become before it is cut, 2 to 60 seconds. The decoder takes 15 MiB more for each minute.</summary>
    public TimeSpan LongestUtterance { get; set; } = TimeSpan.FromSeconds(15);

    internal int LiveDecodersOrDefault => LiveDecoders > 0 ? LiveDecoders : 4 * Environment.ProcessorCount;

    internal int FileDecodersOrDefault => FileDecoders > 0 ? FileDecoders : Environment.ProcessorCount;
}
