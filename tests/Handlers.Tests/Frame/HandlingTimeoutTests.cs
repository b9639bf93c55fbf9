using Switchboard.Cases;
using Switchboard.Grains.DeadLetters;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

public sealed class HandlingTimeoutTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "The other end refused it.")]
    [InlineData(0, "Handlers:HandlingTimeout (1 s)")]
    public async Task A_letter_of_an_attempt_that_was_cut_off_says_what_went_wrong_before(int refusals, string expected)
    {
        await using var world = HandlerWorld.Create(
            database.Database, static catalog => catalog.Add<Stuck>(Stuck.Definition), settings: [("Handlers:EffectTimeout", "00:00:01"), ("Handlers:HandlingTimeout", "00:00:01")]);
        var record = world.Record(new TitleChanged("a", "b"), Guid.CreateVersion7(), Guid.CreateVersion7(), 1);
        Stuck.Refusals = refusals;

        await world.PipeTo<Stuck>().HandleAsync(record, Token);

        var letter = (await world.Letters.ListAsync(HandlerWorld.Tenant, new DeadLetterQuery("stuck", DeadLetterStatus.Parked, record.StreamId), Token)).ShouldHaveSingleItem();
        letter.Letter.Error.ShouldContain(expected);
    }

    /// <summary>Fails some times, and then never comes back.</summary>
    private sealed class Stuck : OutsideHandler
    {
        public static Flavor Definition { get; } = new("stuck") { FirstPause = TimeSpan.FromMilliseconds(1) };

        public static int Refusals { get; set; }

        public override Flavor Flavor => Definition;

        public override bool IsRepeatable => true;

        public override async ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
        {
            if (Refusals-- > 0)
            {
                throw new InvalidOperationException("The other end refused it.");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
