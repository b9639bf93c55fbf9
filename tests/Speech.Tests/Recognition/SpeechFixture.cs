using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Speech.Recognition;
using Switchboard.Speech.Recognition.Sphinx;
using Switchboard.Testing.Speech;

[assembly: AssemblyFixture(typeof(Switchboard.Speech.Tests.Recognition.SpeechFixture))]

namespace Switchboard.Speech.Tests.Recognition;

/// <summary>One recogniser for all tests; nothing of a session stays in it.</summary>
public sealed class SpeechFixture : IDisposable
{
    private readonly Lazy<Recognizer> _recognizer = new(() =>
        new Recognizer(new RecognitionOptions { LiveDecoders = 3, FileDecoders = 2 }, NullLogger<DecoderPool>.Instance));

    internal Recognizer Recognizer => _recognizer.Value;

    /// <summary>Skips the test where the recogniser or what it should hear is not installed.</summary>
    public static void Need()
    {
        Assert.SkipUnless(
            SphinxNative.IsAvailable && Directory.Exists("/usr/share/pocketsphinx/model/en-us"), "libpocketsphinx3 and pocketsphinx-en-us are not installed");
        Assert.SkipUnless(RecordedSpeech.Missing is null, RecordedSpeech.Missing ?? "");
    }

    public void Dispose()
    {
        if (_recognizer.IsValueCreated)
        {
            _recognizer.Value.Dispose();
        }
    }
}
