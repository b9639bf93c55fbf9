using Switchboard.Speech.Audio.Ffmpeg;
using Switchboard.Speech.Recognition;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Failures(new SpeechEngineOptions()).ShouldBeEmpty();

    [Fact]
    public void An_address_that_others_reach_needs_a_secret()
    {
        Failures(new SpeechEngineOptions { Address = "0.0.0.0" }).ShouldHaveSingleItem().ShouldContain("Engine:Secret");
        Failures(new SpeechEngineOptions { Address = "0.0.0.0", Secret = "short" }).ShouldHaveSingleItem().ShouldContain("16");
        Failures(new SpeechEngineOptions { Address = "0.0.0.0", Secret = "long enough to be one" }).ShouldBeEmpty();
    }

    [Fact]
    public void What_would_misbehave_is_named_with_its_key()
    {
        var problems = Failures(new SpeechEngineOptions { Address = "here", Port = 70_000, IdleAfter = TimeSpan.Zero, MaximumFrameBytes = 3 });
        problems.Count.ShouldBe(4);
        problems.ShouldAllBe(problem => problem.StartsWith("Engine:", StringComparison.Ordinal));
        new RecognitionOptionsValidator().Validate(null, new RecognitionOptions { ModelFolder = "/nowhere" }).FailureMessage!
            .ShouldContain("Recognition:ModelFolder");
        new FfmpegOptionsValidator().Validate(null, new FfmpegOptions { CpuSeconds = 0 }).FailureMessage!.ShouldContain("Ffmpeg:CpuSeconds");
    }

    private static List<string> Failures(SpeechEngineOptions options) =>
        [.. new SpeechEngineOptionsValidator().Validate(null, options).Failures ?? []];
}
