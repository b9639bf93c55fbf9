using Switchboard.Grains.Speech.Sessions;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Speech;

namespace Switchboard.Grains.Tests.Speech;

public sealed class SessionMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 23, 59, 55, TimeSpan.Zero);

    [Fact]
    public void Amounts_only_ever_grow_whoever_reports_them_in_whatever_order()
    {
        var session = Accept(Accept(Opened(), 30_000), 12_000);

        session.AcceptedMilliseconds.ShouldBe(30_000);
        session.Version.ShouldBe(3);
        session.State.ShouldBe(SessionState.Live);
    }

    [Fact]
    public void A_report_without_a_client_interrupts_and_with_one_goes_on()
    {
        var interrupted = SessionMachine.Report(Opened(), Report(1, 10) with { Connected = false }, Start).Value!;

        interrupted.State.ShouldBe(SessionState.Interrupted);
        Accept(interrupted, 20).State.ShouldBe(SessionState.Live);
    }

    [Fact]
    public void Who_lost_the_session_to_another_process_may_no_longer_report_or_end_it()
    {
        var taken = SessionMachine.TakeOver(Opened(resumable: true), Start).Value!;

        taken.Epoch.ShouldBe(2);
        SessionMachine.Report(taken, Report(1, 10), Start).Error!.Detail!.ShouldContain("epoch");
        SessionMachine.End(taken, Report(1, 10), 1000, Start).Succeeded.ShouldBeFalse();
        SessionMachine.Report(taken, Report(2, 10), Start).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Only_a_resumable_session_that_is_not_over_can_be_taken_over()
    {
        SessionMachine.TakeOver(Opened(), Start).Succeeded.ShouldBeFalse();
        SessionMachine.TakeOver(SessionMachine.Abandon(Opened(resumable: true), Start), Start).Succeeded.ShouldBeFalse();
    }

    [Fact]
    public void An_ended_session_stays_as_it_ended()
    {
        var ended = SessionMachine.End(Opened(), Report(1, 500), 1000, Start).Value!;

        SessionMachine.End(ended, Report(1, 900), 1011, Start).Value.ShouldBeSameAs(ended);
        SessionMachine.Report(ended, Report(1, 900), Start).Succeeded.ShouldBeFalse();
    }

    [Theory]
    [InlineData(SessionState.Live)]
    [InlineData(SessionState.Interrupted)]
    [InlineData(SessionState.Ended)]
    public void What_a_dead_process_had_accepted_counts_once_whatever_became_of_the_session(SessionState state)
    {
        var before = Accept(Opened(resumable: true), 500);
        var session = state switch
        {
            SessionState.Interrupted => SessionMachine.TakeOver(before, Start).Value!,
            SessionState.Ended => SessionMachine.Metered(SessionMachine.Abandon(before, Start)),
            _ => before,
        };

        var recovered = SessionMachine.Recover(session, Report(1, 900));

        recovered.ShouldBe(session with { Version = session.Version + 1, AcceptedBytes = 900 * 32, AcceptedMilliseconds = 900, Settled = false });
        SessionMachine.Recover(recovered, Report(1, 900)).ShouldBeSameAs(recovered);
        SessionMachine.Recover(recovered, Report(1, 700)).ShouldBeSameAs(recovered);
    }

    [Fact]
    public void Rows_add_up_to_the_audio_accepted_however_reports_cut_repeat_and_lose_it()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var channels = random.Next(1, 3);
            var session = Opened(channels: channels);
            var ledger = new Dictionary<int, long>();
            for (var reports = random.Next(1, 30); reports > 0; reports--)
            {
                session = Accept(session, session.AcceptedMilliseconds + random.Next(0, 35_000));
                var rows = SessionMeter.Rows(session);
                Write(ledger, rows);
                if (random.Next(3) > 0)
                {
                    Write(ledger, rows); // flushed twice
                }

                if (random.Next(3) > 0)
                {
                    // Otherwise the process died before it could note what the ledger has.
                    session = SessionMachine.Metered(session);
                }
            }

            ledger.Values.Sum().ShouldBe(session.AcceptedMilliseconds * channels);
            ledger.Values.ShouldAllBe(row => row <= UsageMeters.Interval.TotalMilliseconds * channels);
        }
    }

    [Fact]
    public void What_the_ledger_has_is_not_written_again() =>
        SessionMeter.Rows(SessionMachine.Metered(Accept(Opened(), 20_000))).ShouldBeEmpty();

    [Fact]
    public void A_row_is_of_the_month_in_which_the_session_was_opened() =>
        SessionMeter.Rows(Accept(Opened(), 25_000)).ShouldAllBe(row => row.OpenedAt == Start && row.Meter == UsageMeters.LiveAudio);

    private static void Write(Dictionary<int, long> ledger, List<UsageRow> rows)
    {
        foreach (var row in rows)
        {
            ledger[row.Interval] = Math.Max(ledger.GetValueOrDefault(row.Interval), row.Milliseconds);
        }
    }

    private static SessionSnapshot Accept(SessionSnapshot session, long milliseconds) =>
        SessionMachine.Report(session, Report(session.Epoch, milliseconds), Start).Value!;

    private static SessionReport Report(int epoch, long milliseconds) => new(epoch, milliseconds * 32, milliseconds, 0, 0, 0, null, true);

    private static SessionSnapshot Opened(int channels = 1, bool resumable = false) => SessionMachine.Open(
        Guid.NewGuid(),
        Guid.NewGuid(),
        new SessionRequest { KeyId = Guid.NewGuid(), Path = "/v1/listen", Model = "default", BilledChannels = channels, Resumable = resumable },
        "default/e0",
        Start);
}
