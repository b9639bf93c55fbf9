using Switchboard.Grains.Intake;
using Switchboard.Storage.Intake;

namespace Switchboard.Storage.Tests.Intake;

public sealed class SentPackTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 10)]
    [InlineData(7, 300)]
    [InlineData(200, 2_000)]
    public void Each_message_of_a_pack_comes_back_as_it_was(int count, int length)
    {
        var pack = new SentPack(Guid.CreateVersion7());
        var sent = Enumerable.Range(0, count).Select(number => Message(number, length)).ToArray();
        foreach (var (place, one) in sent.Index())
        {
            pack.Count.ShouldBe(place);
            pack.Add(one);
        }

        var stored = pack.ToArray();
        foreach (var (place, one) in sent.Index())
        {
            var read = SentPack.Read(stored, place);
            read.Headers.ShouldBe(one.Headers);
            read.Body.ShouldBe(one.Body);
            read.BodyBytes.ShouldBe(one.BodyBytes);
        }

        Should.Throw<InvalidDataException>(() => SentPack.Read(stored, count)).Message.ShouldContain($"no message {count}");
    }

    [Fact]
    public void Messages_that_resemble_each_other_take_a_fraction_of_their_room()
    {
        var pack = new SentPack(Guid.CreateVersion7());
        for (var number = 0; number < 100; number++)
        {
            pack.Add(new SentMessage(
                """{"content-type": "application/json", "user-agent": "sender/1.0"}"""u8.ToArray(),
                System.Text.Encoding.UTF8.GetBytes($"{{\"data\":{{\"type\":\"alert\",\"attributes\":{{\"title\":\"Disk full on db-{number}\",\"priority\":\"P2\",\"tags\":[\"env:prod\"]}}}}}}"),
                110));
        }

        pack.ToArray().Length.ShouldBeLessThan(100 * 170 / 5);
    }

    [Fact]
    public void A_pack_is_full_before_showing_one_of_its_messages_would_cost_much()
    {
        var pack = new SentPack(Guid.CreateVersion7());
        while (!pack.IsFull)
        {
            pack.Add(Message(pack.Count, 64 * 1024));
        }

        pack.Count.ShouldBeLessThanOrEqualTo(17);
    }

    [Fact]
    public void What_is_no_pack_is_refused()
    {
        Should.Throw<InvalidDataException>(() => SentPack.Read([9, 1, 2, 3], 0));
        Should.Throw<InvalidDataException>(() => SentPack.Read([0], 0));
    }

    private static SentMessage Message(int seed, int length)
    {
        var body = new byte[length];
        new Random(seed).NextBytes(body);
        return new SentMessage("{}"u8.ToArray(), body, length + (seed * 1000L));
    }
}
