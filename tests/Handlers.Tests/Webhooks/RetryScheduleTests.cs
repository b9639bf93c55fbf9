using Switchboard.Grains.Deliveries;
using Switchboard.Handlers.Webhooks;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests.Webhooks;

public sealed class RetryScheduleTests
{
    private static readonly WebhookOptions _options = new();

    [Fact]
    public void Pauses_double_up_to_an_hour_and_the_last_attempt_is_made_at_the_end_of_the_day()
    {
        var time = new FakeTimeProvider();
        var started = time.GetUtcNow();
        var pauses = new List<double>();
        for (var failures = 1; RetrySchedule.Next(_options.Pauses, failures, 0.5, null, time.GetUtcNow(), started.AddDays(1)) is { } next; failures++)
        {
            pauses.Add((next - time.GetUtcNow()).TotalSeconds);
            time.Advance(next - time.GetUtcNow());
        }

        pauses.Take(11).ShouldBe([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
        pauses.Skip(11).SkipLast(1).ShouldAllBe(pause => pause == 3600);
        time.GetUtcNow().ShouldBe(started.AddDays(1));
    }

    [Theory]
    [InlineData(0.0, 8.0)]
    [InlineData(0.5, 10.0)]
    [InlineData(1.0, 12.0)]
    public void A_pause_is_spread_by_a_fifth(double chance, double seconds) =>
        (RetrySchedule.Next(_options.Pauses, 2, chance, null, Samples.Time, Samples.Time.AddDays(1)) - Samples.Time)!.Value.TotalSeconds.ShouldBe(seconds, 0.001);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(120, 120)]
    [InlineData(7 * 24 * 3600, 24 * 3600)]
    public void What_the_receiver_asks_for_is_kept_within_the_day(int asked, int atLeast)
    {
        var next = RetrySchedule.Next(_options.Pauses, 1, 0.5, TimeSpan.FromSeconds(asked), Samples.Time, Samples.Time.AddDays(1));

        (next - Samples.Time)!.Value.TotalSeconds.ShouldBeInRange(atLeast, Math.Max(atLeast, 5));
    }

    [Fact]
    public void After_the_end_there_is_no_attempt() =>
        RetrySchedule.Next(_options.Pauses, 3, 0.5, null, Samples.Time, Samples.Time).ShouldBeNull();
}
