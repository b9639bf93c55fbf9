using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Intake;
using Switchboard.Intake;

namespace Switchboard.Grains.Tests.Intake;

public sealed class AlertDeciderTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Random troubles of many keys, folded in pieces of random length, against a plain model: a key has at most one open case, every
    /// alert is counted, cases are closed when the last trouble in them is over, and effects come in an order that a case can take.
    /// </summary>
    [Fact]
    public void Whatever_comes_there_is_one_open_case_for_a_key_and_every_alert_is_counted()
    {
        var seed = Environment.TickCount;
        for (var round = 0; round < 200; round++)
        {
            Play(new Random(seed + round), $"seed {seed + round}");
        }
    }

    [Fact]
    public void Counts_are_written_down_ever_more_seldom()
    {
        var world = new World(Rules());
        for (var i = 0; i < 10_000; i++)
        {
            world.Send("k", AlertStatus.Trigger, TimeSpan.FromMilliseconds(i));
        }

        // 2, 5, 10, 20, 50, ... 10,000.
        world.Effects.OfType<CommentsCase>().Count().ShouldBe(12);
        world.Effects.OfType<OpensCase>().ShouldHaveSingleItem();
        world.KeyOf("k").Count.ShouldBe(10_000);
    }

    [Fact]
    public void A_group_ends_when_nothing_new_has_joined_it_for_a_while()
    {
        var world = new World(Rules() with { GroupBy = ["service"], GroupWindowSeconds = 60 });
        world.Send("a", AlertStatus.Trigger, TimeSpan.Zero).ShouldBe(AlertResult.Opened);
        world.Send("b", AlertStatus.Trigger, TimeSpan.FromSeconds(50)).ShouldBe(AlertResult.Grouped);
        world.Send("c", AlertStatus.Trigger, TimeSpan.FromSeconds(100)).ShouldBe(AlertResult.Grouped);
        world.Send("d", AlertStatus.Trigger, TimeSpan.FromSeconds(170)).ShouldBe(AlertResult.Opened);
    }

    [Fact]
    public void The_next_minute_has_room_for_cases_again()
    {
        var world = new World(Rules() with { MaxCasesPerMinute = 1 });
        world.Send("a", AlertStatus.Trigger, TimeSpan.Zero).ShouldBe(AlertResult.Opened);
        world.Send("b", AlertStatus.Trigger, TimeSpan.FromSeconds(59)).ShouldBe(AlertResult.Overflowed);
        world.Send("c", AlertStatus.Trigger, TimeSpan.FromSeconds(60)).ShouldBe(AlertResult.Opened);
        world.Send("b", AlertStatus.Trigger, TimeSpan.FromSeconds(61)).ShouldBe(AlertResult.Updated);
        world.Meter.Count.ShouldBe(2);
    }

    [Fact]
    public void What_is_not_open_is_neither_acknowledged_nor_resolved()
    {
        var world = new World(Rules());
        world.Send("a", AlertStatus.Resolve, TimeSpan.Zero).ShouldBe(AlertResult.Ignored);
        world.Send("a", AlertStatus.Acknowledge, TimeSpan.Zero).ShouldBe(AlertResult.Ignored);
        world.Send("a", AlertStatus.Trigger, TimeSpan.Zero).ShouldBe(AlertResult.Opened);
        world.Send("a", AlertStatus.Acknowledge, TimeSpan.Zero).ShouldBe(AlertResult.Acknowledged);
        world.Send("a", AlertStatus.Acknowledge, TimeSpan.Zero).ShouldBe(AlertResult.Ignored);
        world.Effects.Count.ShouldBe(3);
    }

    private static void Play(Random random, string seed)
    {
        var world = new World(Rules() with
        {
            GroupBy = random.Next(2) == 0 ? [] : ["service"],
            GroupWindowSeconds = random.Next(1, 100),
            MaxCasesPerMinute = random.Next(1, 6),
            ReopenWithinSeconds = random.Next(3) * 30,
        });
        var sent = new Dictionary<string, long>();
        var open = new HashSet<string>();
        var at = TimeSpan.Zero;
        for (var i = 0; i < 150; i++)
        {
            at += TimeSpan.FromMilliseconds(random.Next(5_000));
            var key = $"k{random.Next(12)}";
            var status = (AlertStatus)random.Next(3);
            world.Send(key, status, at, $"s{random.Next(3)}");
            sent[key] = sent.GetValueOrDefault(key) + 1;
            if (status == AlertStatus.Trigger)
            {
                open.Add(key);
            }
            else if (status == AlertStatus.Resolve)
            {
                open.Remove(key);
            }

            // Somebody closes a case now and then; whatever was in it begins anew when it is heard of again.
            if (random.Next(20) == 0 && world.OpenCases.Count > 0)
            {
                var closed = world.OpenCases.ElementAt(random.Next(world.OpenCases.Count));
                world.CloseByHand(closed);
            }

            world.Check(seed);
        }

        foreach (var (key, count) in sent)
        {
            world.KeyOf(key).Total.ShouldBe(count, seed);
            world.KeyOf(key).Open.ShouldBe(open.Contains(key), seed);
        }

        // All is well in the end: no case that nobody closed by hand stays open.
        foreach (var key in sent.Keys)
        {
            world.Send(key, AlertStatus.Resolve, at);
        }

        world.OpenCases.ShouldBeEmpty(seed);
    }

    private static IntegrationRules Rules() => new() { ProjectId = Guid.Parse("00000000-0000-0000-0000-0000000000aa"), TypeId = CaseTypes.Standard.Id };

    /// <summary>Cases as the effects make them, beside the state that decisions are made on.</summary>
    private sealed class World(IntegrationRules rules)
    {
        private static readonly Guid _org = Guid.Parse("00000000-0000-0000-0000-000000000001");
        private static readonly Guid _integration = Guid.Parse("00000000-0000-0000-0000-000000000002");

        private readonly Dictionary<string, (AlertKeyState State, long Version)> _keys = [];
        private readonly Dictionary<Guid, bool> _cases = [];
        private readonly HashSet<Guid> _byHand = [];
        private IntegrationScene _scene = new(rules, "test", new StormMeter(_integration), CaseLife.Gone, ImmutableDictionary<string, GroupScene>.Empty);

        public List<CaseEffect> Effects { get; } = [];

        public StormMeter Meter => _scene.Meter;

        public IReadOnlyCollection<Guid> OpenCases => [.. _cases.Where(static one => one.Value).Select(static one => one.Key)];

        public AlertKeyState KeyOf(string key) => _keys[key].State;

        public void CloseByHand(Guid caseId)
        {
            _cases[caseId] = false;
            _byHand.Add(caseId);
        }

        public AlertResult Send(string key, AlertStatus status, TimeSpan after, string service = "s")
        {
            var stream = DerivedId.OfStream(_org, _integration, key);
            var (state, version) = _keys.GetValueOrDefault(key, (new AlertKeyState(stream), 0));
            var alert = new IntakeAlert { DedupKey = key, Status = status, Title = key, Service = service };
            var received = new ReceivedAlert(version + 1, _start + after, new AlertReceived(_integration, "api", rules.ProjectId, rules.TypeId, alert));

            // As the rows would say it.
            _scene = _scene with
            {
                MeterLife = LifeOf(_scene.Meter.CaseId),
                Groups = _scene.Groups.ToImmutableDictionary(static one => one.Key, one => one.Value with { Life = LifeOf(one.Value.Group.CaseId) }),
            };
            var decision = AlertDecider.Decide(_scene, new KeyScene(state, LifeOf(state.CaseId)), received);
            _scene = decision.Integration;
            _keys[key] = (decision.Key.Key, version + 1);
            decision.Key.Key.Done.ShouldBe(version + 1);
            foreach (var effect in decision.Effects)
            {
                Apply(effect);
            }

            return decision.Result;
        }

        public void Check(string seed)
        {
            foreach (var (key, (state, _)) in _keys)
            {
                if (state.Open)
                {
                    (_cases[state.CaseId!.Value] || _byHand.Contains(state.CaseId.Value)).ShouldBeTrue($"{seed}: {key} is open, its case is not");
                }
            }

            foreach (var caseId in OpenCases)
            {
                _keys.Values.Any(one => one.State.Open && one.State.CaseId == caseId)
                    .ShouldBeTrue($"{seed}: nothing is wrong in case {caseId}, and it is open");
            }
        }

        private void Apply(CaseEffect effect)
        {
            Effects.Add(effect);
            switch (effect)
            {
                case OpensCase open:
                    _cases.TryAdd(open.CaseId, true).ShouldBeTrue("a case was opened twice");
                    break;
                case MovesCase move:
                    _cases.ShouldContainKey(move.CaseId);
                    _cases[move.CaseId] = move.Group != StatusGroup.Closed;
                    break;
                default:
                    _cases.ShouldContainKey(effect.CaseId);
                    break;
            }
        }

        private CaseLife LifeOf(Guid? caseId) => caseId is not { } id || !_cases.TryGetValue(id, out var isOpen) ? CaseLife.Gone : isOpen ? CaseLife.Open : CaseLife.Closed;
    }
}
