using System.Collections.Immutable;
using System.Text;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Grains.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Files;
using Switchboard.Grains.Speech.Calls;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Cases;

public sealed class CallTests
{
    private static readonly Guid Call = Guid.Parse("0f000000-0000-0000-0000-00000000000c");
    private static readonly Guid Session = Guid.Parse("0f000000-0000-0000-0000-00000000000d");
    private static readonly CallRecord Record = new("default/a", "nova", 4_200, 1000, "calls/x/transcript.txt", 10, "00");

    private CaseSnapshot _case = CaseStory.Opened().Case!;
    private CaseCall? _call;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Lines_come_once_however_often_they_are_brought()
    {
        Start();
        Do(new HearCall(Call, 1, [Line(1, "one"), Line(2, "two")])).Events.Length.ShouldBe(1);
        Do(new HearCall(Call, 1, [Line(1, "one"), Line(2, "two")])).Events.ShouldBeEmpty();

        var plan = Do(new HearCall(Call, 1, [Line(2, "two"), Line(3, "three")]));

        plan.Events.Single().Body.ShouldBeOfType<CallSaid>().Lines.ShouldBe([Line(3, "three")]);
        plan.Changes.OfType<CallWritten>().Single().Lines.ShouldBe([Line(3, "three")]);
        plan.Changes.OfType<CellAdded>().Single().Cell.Content.ShouldContain("\"message\":\"Ana: three\"");
        (_call!.Lines, _call.Characters, _call.Covered.Single()).ShouldBe((3, 11, 3_900));
        _case.ModifiedAt.ShouldBeNull();
    }

    [Fact]
    public void A_process_that_has_lost_the_session_is_refused()
    {
        Start();
        Do(new ResumeCall(Call, 2)).Events.Length.ShouldBe(1);
        Do(new ResumeCall(Call, 2)).Events.ShouldBeEmpty();

        Do(new HearCall(Call, 1, [Line(1, "late")])).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new ResumeCall(Call, 1)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new HearCall(Call, 2, [Line(1, "in time")])).Error.ShouldBeNull();
    }

    [Fact]
    public void A_call_takes_one_session_ends_once_and_takes_nothing_after_that()
    {
        Do(new HearCall(Call, 1, [Line(1, "x")])).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new StartCall(Call, Session, false, Announced: true)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        Do(new AnnounceCall(Call, "Title", ImmutableSortedDictionary<string, string>.Empty.Add("0", "Ana"))).Error.ShouldBeNull();
        Do(new AnnounceCall(Call, "", ImmutableSortedDictionary<string, string>.Empty)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new EndCall(Call, 0, Record)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new StartCall(Call, Session, false, Announced: true)).Events.Single().Body.ShouldBeOfType<CallStarted>().Title.ShouldBe("Title");
        Do(new StartCall(Call, Session, false, Announced: true)).Events.ShouldBeEmpty();
        Do(new StartCall(Call, Guid.NewGuid(), false, Announced: true)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new HearCall(Call, 1, [Line(1, "x")])).Error.ShouldBeNull();

        Do(new EndCall(Call, 0, Record)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        Do(new EndCall(Call, 1, Record)).Changes.OfType<CallWritten>().Single().Searched.ShouldBeTrue();
        Do(new EndCall(Call, 1, Record)).Events.ShouldBeEmpty();
        Do(new HearCall(Call, 1, [Line(2, "y")])).Error!.Kind.ShouldBe(ErrorKind.Conflict);
        (_call!.Record, _call.EndedAt is not null).ShouldBe((Record, true));
    }

    [Fact]
    public void A_call_goes_on_in_the_case_that_its_case_was_merged_into_and_nowhere_else()
    {
        Start();
        Do(new HearCall(Call, 1, [Line(1, "here")]));
        var (elsewhere, call) = (CaseStory.Opened().Case! with { Id = Guid.NewGuid() }, _call!);

        CallDecider.Decide(elsewhere, new HearCall(Call, 1, [Line(2, "x")]), new CallFacts(call, 0, Joined: false)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        var decided = CallDecider.Decide(elsewhere, new HearCall(Call, 1, [Line(1, "here"), Line(2, "there")]), new CallFacts(call, 0, Joined: true));
        var plan = CallPlan.Of(elsewhere, call, decided, new PlanOrigin(new StreamName(CaseStory.Org, "case", elsewhere.Id), CaseStory.Ana, call.UpdatedAt));

        plan.Events.Select(static one => one.Body.GetType().Name).ShouldBe([nameof(CallTaken), nameof(CallSaid)]);
        (plan.Answer!.CaseId, plan.Answer.Lines).ShouldBe((elsewhere.Id, 2));
        var frozen = _case with { Details = _case.Details with { Merged = new MergedInto(elsewhere.Id, "NOC-2", null, new BeforeMerge("", StatusGroup.Open, null, false)) } };
        CallDecider.Decide(frozen, new HearCall(Call, 1, [Line(2, "x")]), new CallFacts(call, 0, false)).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public void A_call_that_grows_too_long_is_cut_and_says_so_once()
    {
        Start();
        _call = _call! with { Characters = Limits.CallText - 5 };

        var said = Do(new HearCall(Call, 1, [Line(1, "12345"), Line(2, "6")])).Events.Single().Body.ShouldBeOfType<CallSaid>();
        said.Lines.ShouldBe([Line(1, "12345")]);
        said.Truncated.ShouldBeTrue();
        Do(new HearCall(Call, 1, [Line(3, "7")])).Events.ShouldBeEmpty();
        _call!.Truncated.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, "x", 0, 1, "1 to 50 lines")]
    [InlineData(1, "", 0, 1, "text")]
    [InlineData(1, "a\0b", 0, 1, "U+0000")]
    [InlineData(1, "x", 5, 1, "does not follow")]
    [InlineData(-1, "x", 0, 1, "does not follow")]
    public void Malformed_lines_are_refused(int number, string text, long start, long end, string reason)
    {
        Start();
        ImmutableArray<CallLine> lines = number == 0 ? [] : [new CallLine(number, 0, null, "Ana", start, end, text)];

        var error = Do(new HearCall(Call, 1, lines)).Error!;

        (error.Detail ?? error.Title).ShouldContain(reason);
        Do(new HearCall(Call, 1, [Line(1, new string('x', Limits.CallLine + 1))])).Error.ShouldNotBeNull();
        Do(new HearCall(Call, 1, [.. Enumerable.Range(1, 5).Select(static n => Line(n, new string('x', 2_000)))])).Error.ShouldNotBeNull();
    }

    [Fact]
    public void Neither_a_closed_nor_an_archived_case_refuses_a_call()
    {
        _case = _case with { StatusGroup = StatusGroup.Closed, ArchivedAt = _case.CreatedAt };

        Start();

        Do(new HearCall(Call, 1, [Line(1, "x")])).Error.ShouldBeNull();
    }

    [Fact]
    public void The_search_is_given_a_growing_call_in_steps()
    {
        Start();
        var steps = Enumerable.Range(1, 100).Count(number =>
            Do(new HearCall(Call, 1, [Line(number, new string('x', 100))])).Changes.OfType<CallWritten>().Single().Searched);

        steps.ShouldBeInRange(4, 10);
    }

    [Fact]
    public async Task The_call_of_a_process_that_died_is_ended_with_its_record_by_the_sweep()
    {
        var store = new InMemoryStore();
        await using var world = await GrainWorld.StartAsync(store);
        var opened = await world.OpenAsync();
        var grain = world.Grains.GetGrain<ICaseGrain>(GrainKeys.Of(opened.OrgId, opened.Id));
        (await grain.CallAsync(new StartCall(Call, Session, false, false), world.By(world.Ana), Stop)).Error.ShouldBeNull();
        (await grain.CallAsync(new HearCall(Call, 1, [Line(1, "hello"), Line(2, "world")]), world.By(world.Ana), Stop)).Error.ShouldBeNull();
        var (sessions, files) = (new Sessions { Row = Ended(opened.OrgId) }, new MemoryFiles());
        var sweep = new CallSweep(
            store, new CallRecorder(store, sessions, files, world.Grains), new LateTime(), Microsoft.Extensions.Logging.Abstractions.NullLogger<CallSweep>.Instance);

        await sweep.SweepAsync(Stop);
        await sweep.SweepAsync(Stop);

        var call = await ((ICaseCalls)store).FindAsync(opened.OrgId, Call, Stop);
        call!.Record.ShouldNotBeNull().ShouldSatisfyAllConditions(
            record => record.Code.ShouldBe(1006), record => record.Engine.ShouldBe("default/a"), record => record.Duration.ShouldBe(5_000));
        files.Texts.Values.Single().ShouldBe("[00:00:01.0] Ana: hello\n[00:00:02.0] Ana: world\n");
        (await world.StreamAsync(opened.Id)).Count(static one => one.Body is CallEnded).ShouldBe(1);
        var rebuilt = new CaseRebuild();
        (await world.StreamAsync(opened.Id)).ForEach(rebuilt.Apply);
        rebuilt.Cells.Length.ShouldBe(4);
    }

    private static CallLine Line(int number, string text) => new(number, 0, null, "Ana", number * 1000, (number * 1000) + 900, text);

    private static SessionSnapshot Ended(Guid orgId) => new()
    {
        OrgId = orgId,
        Id = Session,
        Version = 3,
        Epoch = 1,
        State = SessionState.Ended,
        Request = new SessionRequest { KeyId = Guid.Empty, Path = "/v1/listen", Model = "nova", BilledChannels = 1 },
        OpenedAt = DateTimeOffset.UnixEpoch,
        AliveAt = DateTimeOffset.UnixEpoch,
        Engine = "default/a",
        AcceptedMilliseconds = 5_000,
        Code = 1006,
        Settled = true,
    };

    private void Start() => Do(new StartCall(Call, Session, IsFile: false, Announced: false)).Error.ShouldBeNull();

    private Plan<CaseSnapshot, CaseCall> Do(CallCommand command)
    {
        var origin = new PlanOrigin(new StreamName(CaseStory.Org, "case", _case.Id), CaseStory.Ana, _case.CreatedAt.AddMinutes(1));
        var plan = CallPlan.Of(_case, _call, CallDecider.Decide(_case, command, new CallFacts(_call, 0, false)), origin);
        (_case, _call) = plan.Error is null ? (plan.Next ?? _case, plan.Answer) : (_case, _call);
        return plan;
    }

    private sealed class LateTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(1);
    }

    private sealed class Sessions : ISessionStore
    {
        public SessionSnapshot? Row { get; init; }

        public ValueTask<SessionSnapshot?> FindAsync(Guid orgId, Guid sessionId, CancellationToken cancellationToken) =>
            new(Row is { } row && row.OrgId == orgId && row.Id == sessionId ? row : null);

        public ValueTask<bool> InsertAsync(SessionSnapshot session, CancellationToken cancellationToken) => new(false);

        public ValueTask<bool> UpdateAsync(SessionSnapshot session, CancellationToken cancellationToken) => new(false);

        public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnsettledAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken) => new([]);
    }

    private sealed class MemoryFiles : IBlobStore
    {
        public Dictionary<string, string> Texts { get; } = [];

        public async ValueTask PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(content, Encoding.UTF8, leaveOpen: true);
            Texts[name] = await reader.ReadToEndAsync(cancellationToken);
        }

        public ValueTask<Blob?> OpenAsync(string name, CancellationToken cancellationToken) => new((Blob?)null);

        public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken) => AsyncEnumerable.Empty<BlobInfo>();

        public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) => new(false);
    }
}
