using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Timeline;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

public sealed class AppendTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);
    private readonly Guid _org = Guid.CreateVersion7();

    [Fact]
    public async Task An_appended_aggregate_is_read_back_as_it_was_written()
    {
        var project = await CreateProjectAsync();
        var one = Samples.Case(project);
        var user = Samples.User(_org, "ada@example.com") with { Title = "Engineer", PasswordHash = "hash", ModifiedAt = Samples.Time };
        var key = Samples.Key(_org, Guid.NewGuid().ToString("N")) with { UserId = user.Id, ExpiresAt = Samples.Time, RequestsPerSecond = 7 };
        var org = new OrgSnapshot { Id = _org, Version = 1, Name = "Acme", CreatedAt = Samples.Time };
        await AppendAsync(Samples.Open(one));
        await AppendAsync(Samples.Create(user));
        await AppendAsync(Samples.Create(key));
        await AppendAsync(Samples.Create(org));

        Json.Of(await LoadAsync<CaseSnapshot>(one.Id)).ShouldBe(Json.Of(one));
        Json.Of(await LoadAsync<ProjectSnapshot>(project.Id)).ShouldBe(Json.Of(project));
        Json.Of(await LoadAsync<UserSnapshot>(user.Id)).ShouldBe(Json.Of(user));
        Json.Of(await LoadAsync<KeySnapshot>(key.Id)).ShouldBe(Json.Of(key));
        Json.Of(await LoadAsync<OrgSnapshot>(org.Id)).ShouldBe(Json.Of(org));
    }

    [Fact]
    public async Task A_change_of_one_field_leaves_the_others_and_a_change_of_the_text_reaches_the_search_text()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        var urgent = Samples.SetPriority(one, CasePriority.P1);
        var renamed = Samples.SetTitle(Samples.CaseOf(urgent), "Renamed");

        await AppendAsync(urgent);
        await AppendAsync(renamed);

        Json.Of(await LoadAsync<CaseSnapshot>(one.Id)).ShouldBe(Json.Of(Samples.CaseOf(renamed)));
        (await fixture.Database.ExecuteAsync($"select title from case_text where case_id = '{one.Id}'")).ShouldBe("Renamed");
    }

    [Fact]
    public async Task Another_organisation_reads_nothing()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        var stranger = Guid.CreateVersion7();
        var rows = _storage.Rows<CaseSnapshot>();

        (await rows.LoadAsync(stranger, one.Id, Token)).ShouldBeNull();
        var timeline = (ITimelineReader)_storage.Services.GetService(typeof(ITimelineReader))!;
        (await timeline.ListAsync(new TimelineQuery(stranger, one.Id, 10, 0), Token)).ShouldBeEmpty();
        (await _storage.Store.ReadStreamAsync(stranger, one.Id, 1, Token).ToListAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_and_changes_nothing()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        await AppendAsync(Samples.SetPriority(one, CasePriority.P1));

        var stale = await _storage.Store.AppendAsync(Samples.SetTitle(one, "Too late"), Token);

        stale.Status.ShouldBe(AppendStatus.VersionConflict);
        var row = await LoadAsync<CaseSnapshot>(one.Id);
        row!.Title.ShouldBe(one.Title);
        row.Version.ShouldBe(2);
    }

    [Fact]
    public async Task Many_that_come_too_late_are_told_apart_from_those_among_them_that_do_not()
    {
        var project = await CreateProjectAsync();
        var cases = Enumerable.Range(1, 300).Select(number => Samples.Case(project, number)).ToArray();
        foreach (var one in cases.Where(static one => one.PublicId % 3 > 0))
        {
            await AppendAsync(Samples.Open(one));
        }

        // As when a file is imported by two at once: nearly all of one's cases are the other's.
        var again = await Task.WhenAll(cases.Select(one => Task.Run(async () => (one, (await _storage.Store.AppendAsync(Samples.Open(one), Token)).Status))));

        foreach (var (one, status) in again)
        {
            status.ShouldBe(one.PublicId % 3 > 0 ? AppendStatus.VersionConflict : AppendStatus.Appended);
            (await _storage.Store.ReadStreamAsync(_org, one.Id, 1, Token).ToListAsync(Token)).Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_version_that_is_not_there_yet_is_a_conflict()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        var ahead = one with { Version = 5 };

        (await _storage.Store.AppendAsync(Samples.SetPriority(ahead, CasePriority.P1), Token)).Status.ShouldBe(AppendStatus.VersionConflict);

        // Without a row to check, the log itself is asked.
        var eventsOnly = Samples.SetPriority(ahead, CasePriority.P1) with { Changes = [] };
        (await _storage.Store.AppendAsync(eventsOnly, Token)).Status.ShouldBe(AppendStatus.VersionConflict);
        (await _storage.Store.ReadStreamAsync(_org, one.Id, 1, Token).ToListAsync(Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_twenty_appends_on_one_version_one_wins()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));

        // Through two stores as well, as two processes would.
        await using var other = TestStorage.Connect(fixture.Database);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => Task.Run(async () =>
            (await (index % 2 == 0 ? _storage : other).Store.AppendAsync(Samples.SetTitle(one, $"Title {index}"), Token)).Status)));

        results.Count(status => status == AppendStatus.Appended).ShouldBe(1);
        results.Count(status => status == AppendStatus.VersionConflict).ShouldBe(19);
        (await _storage.Store.ReadStreamAsync(_org, one.Id, 1, Token).ToListAsync(Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Commands_of_one_stream_that_come_together_are_all_applied_in_order()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        var requests = new List<AppendRequest>();
        for (var (index, state) = (0, one); index < 50; index++, state = Samples.CaseOf(requests[^1]))
        {
            requests.Add(Samples.SetPriority(state, (CasePriority)(index % 5)));
        }

        var results = await Task.WhenAll(requests.Select(request => _storage.Store.AppendAsync(request, Token).AsTask()));

        results.ShouldAllBe(result => result.Status == AppendStatus.Appended);
        var events = await _storage.Store.ReadStreamAsync(_org, one.Id, 1, Token).ToListAsync(Token);
        events.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, 51).Select(version => (long)version));
        events.Skip(1).Select(recorded => recorded.Id).ShouldBe(requests.Select(request => request.Events[0].Id));
    }

    [Fact]
    public async Task A_conflict_fails_its_own_command_and_no_other_of_the_transaction()
    {
        var project = await CreateProjectAsync();
        var cases = Enumerable.Range(1, 40).Select(number => Samples.Case(project, number)).ToArray();
        await Task.WhenAll(cases.Select(one => AppendAsync(Samples.Open(one))));
        var stale = new HashSet<int> { 3, 17, 18, 39 };
        foreach (var index in stale)
        {
            await AppendAsync(Samples.SetPriority(cases[index], CasePriority.P5));
        }

        var results = await Task.WhenAll(cases.Select(one => _storage.Store.AppendAsync(Samples.SetPriority(one, CasePriority.P1), Token).AsTask()));

        for (var index = 0; index < cases.Length; index++)
        {
            results[index].Status.ShouldBe(stale.Contains(index) ? AppendStatus.VersionConflict : AppendStatus.Appended);
            (await LoadAsync<CaseSnapshot>(cases[index].Id))!.Priority.ShouldBe(stale.Contains(index) ? CasePriority.P5 : CasePriority.P1);
        }
    }

    [Fact]
    public async Task A_known_idempotency_key_is_a_duplicate_and_its_answer_can_be_found()
    {
        var one = Samples.Case(await CreateProjectAsync());
        var answer = new StoredAnswer(_org, "POST /cases first", "hash", """{"id":1}""");
        await AppendAsync(Samples.Open(one, answer));

        (await _storage.Store.AppendAsync(Samples.SetPriority(one, CasePriority.P1, answer), Token)).Status.ShouldBe(AppendStatus.DuplicateCommand);

        (await LoadAsync<CaseSnapshot>(one.Id))!.Version.ShouldBe(1);
        (await _storage.Store.FindAnswerAsync(_org, answer.Key, Token)).ShouldBe(answer);
        (await _storage.Store.FindAnswerAsync(Guid.CreateVersion7(), answer.Key, Token)).ShouldBeNull();
        (await _storage.Store.FindAnswerAsync(_org, "POST /cases second", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_commands_with_one_idempotency_key_one_takes_effect()
    {
        var project = await CreateProjectAsync();
        var answer = new StoredAnswer(_org, "POST /cases shared", "hash", "{}");

        var results = await Task.WhenAll(Enumerable.Range(1, 50).Select(number =>
            _storage.Store.AppendAsync(Samples.Open(Samples.Case(project, number), answer), Token).AsTask()));

        results.Count(result => result.Status == AppendStatus.Appended).ShouldBe(1);
        results.Count(result => result.Status == AppendStatus.DuplicateCommand).ShouldBe(49);
    }

    [Fact]
    public async Task An_answer_can_be_kept_without_an_event()
    {
        var one = Samples.Case(await CreateProjectAsync());
        await AppendAsync(Samples.Open(one));
        var answer = new StoredAnswer(_org, "no change", "hash", "{}");
        var request = new AppendRequest(new StreamName(_org, "case", one.Id), 1, [], [], new EventMetadata(Commands.Actor.System, "r"), answer);

        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.DuplicateCommand);
        (await _storage.Store.FindAnswerAsync(_org, answer.Key, Token)).ShouldBe(answer);
    }

    [Fact]
    public async Task A_value_that_must_be_unique_is_named_by_its_constraint()
    {
        await AppendAsync(Samples.Create(Samples.User(_org, "grace@example.com")));
        var project = await CreateProjectAsync();

        var email = await _storage.Store.AppendAsync(Samples.Create(Samples.User(_org, "grace@example.com")), Token);
        var key = await _storage.Store.AppendAsync(Samples.Create(Samples.Project(_org, project.Key)), Token);

        email.ShouldBe(new AppendResult(AppendStatus.UniqueConflict, "org_user_email"));
        key.ShouldBe(new AppendResult(AppendStatus.UniqueConflict, "project_key"));
        (await _storage.Store.AppendAsync(Samples.Create(Samples.User(Guid.CreateVersion7(), "grace@example.com")), Token)).Status
            .ShouldBe(AppendStatus.Appended);
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\ud83d')]
    public async Task A_letter_that_cannot_be_stored_fails_its_own_command(char letter)
    {
        var project = await CreateProjectAsync();
        var bad = Samples.Case(project, 1) with { Title = $"a {letter} b" };
        var good = Enumerable.Range(2, 10).Select(number => Samples.Case(project, number)).ToArray();

        var failing = _storage.Store.AppendAsync(Samples.Open(bad), Token).AsTask();
        var passing = Task.WhenAll(good.Select(one => AppendAsync(Samples.Open(one))));

        await Should.ThrowAsync<ArgumentException>(failing);
        await passing;
        (await LoadAsync<CaseSnapshot>(bad.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_malformed_append_is_refused_before_it_is_queued()
    {
        var one = Samples.Case(await CreateProjectAsync());
        var open = Samples.Open(one);

        await Should.ThrowAsync<ArgumentException>(() => _storage.Store.AppendAsync(open with { ExpectedVersion = -1 }, Token).AsTask());
        await Should.ThrowAsync<ArgumentException>(() => _storage.Store.AppendAsync(open with { ExpectedVersion = 1 }, Token).AsTask());
        await Should.ThrowAsync<ArgumentException>(
            () => _storage.Store.AppendAsync(open with { Stream = open.Stream with { OrgId = Guid.CreateVersion7() } }, Token).AsTask());
        await Should.ThrowAsync<ArgumentException>(() => _storage.Store.AppendAsync(open with { Events = [] }, Token).AsTask());
    }

    [Fact]
    public async Task A_cancelled_call_appends_nothing()
    {
        var one = Samples.Case(await CreateProjectAsync());

        await Should.ThrowAsync<OperationCanceledException>(() => _storage.Store.AppendAsync(Samples.Open(one), new CancellationToken(true)).AsTask());

        (await LoadAsync<CaseSnapshot>(one.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_case_of_a_project_that_is_gone_is_a_conflict()
    {
        (await _storage.Store.AppendAsync(Samples.Open(Samples.Case(Samples.Project(_org))), Token)).Status.ShouldBe(AppendStatus.VersionConflict);

        // Another organisation's project is as good as none.
        var foreign = Samples.Project(Guid.CreateVersion7());
        await AppendAsync(Samples.Create(foreign));
        var smuggled = Samples.Case(foreign) with { OrgId = _org };
        (await _storage.Store.AppendAsync(Samples.Open(smuggled), Token)).Status.ShouldBe(AppendStatus.VersionConflict);
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<ProjectSnapshot> CreateProjectAsync()
    {
        var project = Samples.Project(_org);
        await AppendAsync(Samples.Create(project));
        return project;
    }

    private async Task AppendAsync(AppendRequest request) =>
        (await _storage.Store.AppendAsync(request, Token)).Status.ShouldBe(AppendStatus.Appended);

    private ValueTask<T?> LoadAsync<T>(Guid id)
        where T : class => _storage.Rows<T>().LoadAsync(_org, id, Token);
}
