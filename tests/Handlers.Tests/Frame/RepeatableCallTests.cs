using Switchboard.Cases;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.Frame;

public sealed class RepeatableCallTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_that_may_be_repeated_is_made_each_time_and_leaves_no_mark()
    {
        await using var world = HandlerWorld.Create(database.Database, static catalog => catalog.Add<Waker>(Waker.Definition));
        var record = world.Record(new TitleChanged("a", "b"), Guid.CreateVersion7(), Guid.CreateVersion7(), 1);
        var before = Waker.Calls;

        await world.PipeTo<Waker>().HandleAsync(record, Token);
        await world.PipeTo<Waker>().HandleAsync(record, Token);

        Waker.Calls.ShouldBe(before + 2);
        (await database.Database.ExecuteAsync($"select count(*) from handler_mark where event_id = '{record.EventId}'")).ShouldBe(0L);
    }

    [Fact]
    public async Task What_parks_whole_cases_needs_marks()
    {
        await using var world = HandlerWorld.Create(database.Database, static catalog => catalog.Add<Contradiction>(Contradiction.Definition));

        Should.Throw<InvalidOperationException>(() => world.PipeTo<Contradiction>()).Message.ShouldContain("contradiction");
    }

    private sealed class Waker : OutsideHandler
    {
        public static Flavor Definition { get; } = new("waker");

        public static int Calls { get; private set; }

        public override Flavor Flavor => Definition;

        public override bool IsRepeatable => true;

        public override ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Contradiction : OutsideHandler
    {
        public static Flavor Definition { get; } = new("contradiction") { WhenParked = ParkPolicy.ParkCase };

        public override Flavor Flavor => Definition;

        public override bool IsRepeatable => true;

        public override ValueTask HandleAsync(HandledEvent handled, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
