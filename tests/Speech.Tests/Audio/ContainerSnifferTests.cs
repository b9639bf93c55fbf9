using System.Text;
using Switchboard.Speech.Audio;

namespace Switchboard.Speech.Tests.Audio;

public sealed class ContainerSnifferTests
{
    [Theory]
    [InlineData("RIFF\u0001\u0001\u0001\u0001WAVEfmt ", AudioContainer.Wav)]
    [InlineData("RF64\u0001\u0001\u0001\u0001WAVEds64", AudioContainer.Wav)]
    [InlineData("RIFF\u0001\u0001\u0001\u0001AVI LIST", AudioContainer.None)]
    [InlineData("OggS\u0000\u0002", AudioContainer.Ogg)]
    [InlineData("fLaC\u0000\u0000\u0000\u0022", AudioContainer.Flac)]
    [InlineData("ID3\u0004\u0000", AudioContainer.Mp3)]
    [InlineData("\u0000\u0000\u0000\u0020ftypM4A ", AudioContainer.Mp4)]
    [InlineData("#!AMR-WB\n", AudioContainer.Amr)]
    [InlineData("FORM\u0000\u0000\u0001\u0000AIFC", AudioContainer.Aiff)]
    [InlineData(".snd\u0000\u0000\u0000\u0018", AudioContainer.Au)]
    [InlineData("caff\u0000\u0001\u0000\u0000", AudioContainer.Caf)]
    [InlineData("{\"type\":\"KeepAlive\"}", AudioContainer.None)]
    [InlineData("#EXTM3U\n#EXT-X-VERSION:3", AudioContainer.None)]
    [InlineData("", AudioContainer.None)]
    public void A_container_is_told_by_its_first_bytes(string text, AudioContainer expected) =>
        ContainerSniffer.Sniff(Encoding.Latin1.GetBytes(text)).ShouldBe(expected);

    [Theory]
    [InlineData("FFFB9064", AudioContainer.Mp3)]
    [InlineData("FFF15080", AudioContainer.Adts)]
    [InlineData("1A45DFA3", AudioContainer.WebM)]
    [InlineData("FFFFFEFF", AudioContainer.None)]
    [InlineData("FFFFFFFF", AudioContainer.None)]
    [InlineData("FF7F0180", AudioContainer.None)]
    [InlineData("FF", AudioContainer.None)]
    public void Loud_samples_are_not_taken_for_a_frame_header(string hex, AudioContainer expected) =>
        ContainerSniffer.Sniff(Convert.FromHexString(hex)).ShouldBe(expected);
}
