using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Projects;
using Switchboard.Testing.InMemory;

namespace Switchboard.Grains.Tests.Projects;

public sealed class ProjectGrainTests : IAsyncLifetime
{
    private static readonly CreateProject Creation = new("SEC", "Security", ImmutableSortedDictionary<string, string>.Empty, [], null, null);

    private readonly InMemoryStore _store = new();
    private GrainWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await GrainWorld.StartAsync(_store);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_key_is_unique_in_the_organisation_whatever_its_letter_case()
    {
        var taken = await _world.DoAsync(Guid.NewGuid(), Creation with { Key = "noc" }, _world.By(_world.Ana));

        taken.Error.ShouldBe(DomainError.Conflict("project key NOC is taken; choose another one"));
    }

    [Fact]
    public async Task Another_organisation_may_use_the_same_key()
    {
        await using var other = await GrainWorld.StartAsync(_store);
        other.Project.Key.ShouldBe(_world.Project.Key);
    }

    [Fact]
    public async Task A_deleted_project_takes_its_cases_along_and_their_grains_know_at_once()
    {
        var project = await _world.AddProjectAsync("SEC");
        var cases = new List<CaseSnapshot>();
        for (var i = 0; i < 3; i++)
        {
            var opening = _world.Opening() with { ProjectId = project.Id };
            cases.Add((await _world.DoAsync(Guid.NewGuid(), opening, _world.By(_world.Ana))).Value!);
        }

        var stays = await _world.OpenAsync();
        var deleted = await _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana));

        deleted.Value!.Id.ShouldBe(project.Id);
        (await _world.GetProjectAsync(project.Id)).ShouldBeNull();
        foreach (var gone in cases)
        {
            (await _world.GetCaseAsync(gone.Id)).ShouldBeNull();
            (await _world.DoAsync(gone.Id, new Archive(), _world.By(_world.Ana))).Error.ShouldBe(DomainError.NotFound("case not found"));
            (await _world.StreamAsync(gone.Id))[^1].Body.ShouldBe(new CaseDeleted(project.Id, gone.Key));
        }

        (await _world.GetCaseAsync(stays.Id)).ShouldNotBeNull();
        (await _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task A_case_whose_project_was_deleted_behind_its_grains_back_is_not_found_by_the_next_command()
    {
        var project = await _world.AddProjectAsync("SEC");
        var opening = _world.Opening() with { ProjectId = project.Id };
        var opened = (await _world.DoAsync(Guid.NewGuid(), opening, _world.By(_world.Ana))).Value!;
        await using var other = await _world.SplitAsync(_store);
        await other.DoAsync(project.Id, new DeleteProject(), other.By(_world.Ana));

        (await _world.DoAsync(opened.Id, new Archive(), _world.By(_world.Ana))).Error.ShouldBe(DomainError.NotFound("case not found"));
        (await _world.GetCaseAsync(opened.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_case_is_not_opened_in_a_project_that_is_deleted_at_the_same_moment()
    {
        var project = await _world.AddProjectAsync("SEC");
        await using var other = await _world.SplitAsync(_store);
        _store.BeforeAppend = async request =>
        {
            if (request.Stream.Type == "case")
            {
                _store.BeforeAppend = null;
                await other.DoAsync(project.Id, new DeleteProject(), other.By(_world.Ana));
            }
        };

        var id = Guid.NewGuid();
        var outcome = await _world.DoAsync(id, _world.Opening() with { ProjectId = project.Id }, _world.By(_world.Ana));

        outcome.Succeeded.ShouldBeFalse();
        (await _world.StreamAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_id_that_was_in_use_is_not_used_again()
    {
        var project = await _world.AddProjectAsync("SEC");
        await _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana));

        (await _world.DoAsync(project.Id, Creation, _world.By(_world.Ana))).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public async Task A_foreign_organisations_project_is_not_found()
    {
        var foreign = _world.By(_world.Ana) with { OrgId = Guid.NewGuid() };
        (await _world.DoAsync(_world.Project.Id, new DeleteProject(), foreign)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await _world.GetProjectAsync(_world.Project.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_repeated_deletion_with_its_key_answers_as_the_first_did()
    {
        var project = await _world.AddProjectAsync("SEC");
        var first = await _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana, "k"));
        var again = await _world.DoAsync(project.Id, new DeleteProject(), _world.By(_world.Ana, "k"));

        (again.Succeeded, again.Replayed).ShouldBe((true, true));
        again.Value!.Key.ShouldBe(first.Value!.Key);
    }
}
