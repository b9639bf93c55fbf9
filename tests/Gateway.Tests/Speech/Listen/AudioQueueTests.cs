using Switchboard.Gateway.Speech.Listen;

namespace Switchboard.Gateway.Tests.Speech.Listen;

public sealed class AudioQueueTests : IDisposable
{
    private readonly AudioQueue _queue = new(origin: 1_000, frameBytes: 2, queueBytes: 64 * 1024, keptBytes: 64 * 1024);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void A_frame_that_was_announced_is_given_on_in_one_piece_although_it_came_in_several()
    {
        var frame = Bytes(3_200);
        Receive(frame.AsSpan(0, 700), announced: 3_200);
        Receive(frame.AsSpan(700), announced: 2_500);

        var step = _queue.Next(AudioStep.Wait);

        step.Audio.ToArray().ShouldBe(frame);
        _queue.Next(step).IsWait.ShouldBeTrue();
    }

    [Fact]
    public void What_is_expected_without_being_announced_is_what_came_last()
    {
        Receive(Bytes(640), announced: 0);

        _queue.GetMemory(0).Length.ShouldBeGreaterThanOrEqualTo(640);
        _queue.GetMemory(9_000).Length.ShouldBeGreaterThanOrEqualTo(9_000);
    }

    [Fact]
    public void A_message_that_claims_to_be_endless_gets_no_more_than_a_buffer_at_a_time() =>
        _queue.GetMemory(int.MaxValue).Length.ShouldBe(AudioSegments.Most);

    [Fact]
    public void After_a_rewind_all_that_no_final_result_covers_is_read_again_whatever_the_sizes_of_the_frames()
    {
        var random = new Random(20261121);
        var sent = Bytes(60_000);
        for (var at = 0; at < sent.Length;)
        {
            var count = Math.Min(sent.Length - at, random.Next(1, 5_000));
            Receive(sent.AsSpan(at, count), announced: random.Next(2) * count);
            at += count;
        }

        ReadAll().ShouldBe(sent);
        _queue.Cover(1_000 + 20_001); // not at a border: the sample before it is kept
        _queue.Rewind().ShouldBe(21_000);
        ReadAll().ShouldBe(sent[20_000..]);
        (_queue.Kept, _queue.Written, _queue.ReadUpTo).ShouldBe((21_000, 61_000, 61_000));
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private void Receive(ReadOnlySpan<byte> bytes, int announced)
    {
        while (!bytes.IsEmpty)
        {
            var memory = _queue.GetMemory(announced);
            var count = Math.Min(memory.Length, bytes.Length);
            bytes[..count].CopyTo(memory.Span);
            _queue.Advance(count);
            bytes = bytes[count..];
            announced = Math.Max(0, announced - count);
        }
    }

    private byte[] ReadAll()
    {
        using var read = new MemoryStream();
        for (var step = _queue.Next(AudioStep.Wait); !step.IsWait; step = _queue.Next(step))
        {
            read.Write(step.Audio.Span);
        }

        return read.ToArray();
    }
}
