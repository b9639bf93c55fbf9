using Microsoft.Extensions.Options;
using Switchboard.Speech.Audio.Ffmpeg;
using Switchboard.Speech.Recognition;

namespace Switchboard.SpeechEngine.Hosting;

internal sealed class RecognitionOptionsValidator : IValidateOptions<RecognitionOptions>
{
    public ValidateOptionsResult Validate(string? name, RecognitionOptions options)
    {
        List<string> problems = [];
        if (!Directory.Exists(options.ModelFolder))
        {
            problems.Add($"Recognition:ModelFolder is '{options.ModelFolder}', which does not exist. Install the package pocketsphinx-en-us, or set it to a folder with en-us/, en-us.lm.bin and cmudict-en-us.dict.");
        }

        if (options.LiveDecoders is < 0 or > 1_000 || options.FileDecoders is < 0 or > 1_000)
        {
            problems.Add($"Recognition:LiveDecoders is {options.LiveDecoders} and Recognition:FileDecoders {options.FileDecoders}; set both from 0 (by cores) to 1000. Each decoder takes 92 MiB.");
        }

        if (options.LongestUtterance < TimeSpan.FromSeconds(2) || options.LongestUtterance > TimeSpan.FromMinutes(1))
        {
            problems.Add($"Recognition:LongestUtterance is {options.LongestUtterance}; set it from 2 to 60 seconds.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

internal sealed class FfmpegOptionsValidator : IValidateOptions<FfmpegOptions>
{
    public ValidateOptionsResult Validate(string? name, FfmpegOptions options)
    {
        List<string> problems = [];
        if (options.AddressSpaceBytes < 128L << 20)
        {
            problems.Add($"Ffmpeg:AddressSpaceBytes is {options.AddressSpaceBytes}; below 128 MiB ffmpeg does not start.");
        }

        if (options.CpuSeconds < 1 || options.MaximumSeconds < 1 || options.MaximumSpoolBytes < 1 || options.FinishWithin <= TimeSpan.Zero)
        {
            problems.Add("Ffmpeg:CpuSeconds, Ffmpeg:MaximumSeconds, Ffmpeg:MaximumSpoolBytes and Ffmpeg:FinishWithin have to be more than nothing.");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
