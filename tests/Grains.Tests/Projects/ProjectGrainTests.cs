using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Projects;
using Switchboard.Testing.Postgres;

namespace Switchboard.Grains.Tests.Projects;

public abstract class ProjectGrainTests(DatabaseFixture? database) : GrainTests(database)
{
    private static readonly CreateProject Creation = new("SEC", "Security", ImmutableSortedDictionary<string, string>.Empty, [], null, null);

    [Fact]
    public async Task A_key_is_unique_in_the_organisation_whatever_its_letter_case()
    {
        var taken = await World.DoAsync(Guid.NewGuid(), Creation with { Key = "noc" }, World.By(World.Ana));

        taken.Error.ShouldBe(DomainError.Conflict("project key NOC is taken; choose another one"));
    }

    [Fact]
    public async Task Another_organisation_may_use_the_same_key()
    {
        await using var other = await World.ForeignAsync();
        other.Project.Key.ShouldBe(World.Project.Key);
    }

    [Fact]
    public async Task A_deleted_project_takes_its_cases_along_and_their_grains_know_at_once()
    {
        var project = await World.AddProjectAsync("SEC");
        var cases = new List<CaseSnapshot>();
        for (var i = 0; i < 3; i++)
        {
            var opening = World.Opening() with { ProjectId = project.Id };
            cases.Add((await World.DoAsync(Guid.NewGuid(), opening, World.By(World.Ana))).Value!);
        }

        var stays = await World.OpenAsync();
        var deleted = await World.DoAsync(project.Id, new DeleteProject(), World.By(World.Ana));

        deleted.Value!.Id.ShouldBe(project.Id);
        (await World.GetProjectAsync(project.Id)).ShouldBeNull();
        foreach (var gone in cases)
        {
            (await World.GetCaseAsync(gone.Id)).ShouldBeNull();
            (await World.DoAsync(gone.Id, new Archive(), World.By(World.Ana))).Error.ShouldBe(DomainError.NotFound("case not found"));
            (await World.StreamAsync(gone.Id))[^1].Body.ShouldBe(new CaseDeleted(project.Id, gone.Key));
        }

        (await World.GetCaseAsync(stays.Id)).ShouldNotBeNull();
        (await World.DoAsync(project.Id, new DeleteProject(), World.By(World.Ana))).Error!.Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Fact]
    public async Task A_case_whose_project_was_deleted_behind_its_grains_back_is_not_found_by_the_next_command()
    {
        var project = await World.AddProjectAsync("SEC");
        var opening = World.Opening() with { ProjectId = project.Id };
        var opened = (await World.DoAsync(Guid.NewGuid(), opening, World.By(World.Ana))).Value!;
        await using var other = await World.SplitAsync();
        await other.DoAsync(project.Id, new DeleteProject(), other.By(World.Ana));

        (await World.DoAsync(opened.Id, new Archive(), World.By(World.Ana))).Error.ShouldBe(DomainError.NotFound("case not found"));
        (await World.GetCaseAsync(opened.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_project_that_is_read_from_its_row_has_the_settings_that_it_was_given()
    {
        var settings = ImmutableSortedDictionary<string, string>.Empty.Add("integration_jira", """{"metadata":{"project_id":"p","account_id":"a"}}""");
        var create = Creation with { Settings = settings, ColumnsConfig = """{"columns":[{"type":"status"}]}""", EnabledCustomCaseTypes = ["t"] };
        var id = Guid.NewGuid();
        var created = (await World.DoAsync(id, create, World.By(World.Ana))).Value!;
        await using var cold = await World.SplitAsync();

        var read = (await cold.GetProjectAsync(id))!;

        read.Settings.Keys.ShouldBe(created.Settings.Keys);
        read.Settings.Keys.ShouldAllBe(section =>
            JsonNode.DeepEquals(JsonNode.Parse(read.Settings[section]), JsonNode.Parse(created.Settings[section])));
        JsonNode.DeepEquals(JsonNode.Parse(read.ColumnsConfig!), JsonNode.Parse(create.ColumnsConfig)).ShouldBeTrue();
        read.EnabledCustomCaseTypes.ShouldBe(["t"]);
        (await cold.DoAsync(id, new UpdateProject("Security", settings, ["t"], create.ColumnsConfig), cold.By(World.Ana)))
            .Value!.Version.ShouldBe(1, "nothing changed");
    }

    [Fact]
    public async Task An_id_that_was_in_use_is_not_used_again()
    {
        var project = await World.AddProjectAsync("SEC");
        await World.DoAsync(project.Id, new DeleteProject(), World.By(World.Ana));

        (await World.DoAsync(project.Id, Creation, World.By(World.Ana))).Error!.Kind.ShouldBe(ErrorKind.Conflict);
    }

    [Fact]
    public async Task A_foreign_organisations_project_is_not_found()
    {
        var foreign = World.By(World.Ana) with { OrgId = Guid.NewGuid() };
        (await World.DoAsync(World.Project.Id, new DeleteProject(), foreign)).Error!.Kind.ShouldBe(ErrorKind.NotFound);
        (await World.GetProjectAsync(World.Project.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_repeated_deletion_with_its_key_answers_as_the_first_did()
    {
        var project = await World.AddProjectAsync("SEC");
        var first = await World.DoAsync(project.Id, new DeleteProject(), World.By(World.Ana, "k"));
        var again = await World.DoAsync(project.Id, new DeleteProject(), World.By(World.Ana, "k"));

        (again.Succeeded, again.Replayed).ShouldBe((true, true));
        again.Value!.Key.ShouldBe(first.Value!.Key);
    }

    public sealed class InMemory() : ProjectGrainTests(null);

    public sealed class OnPostgres(DatabaseFixture database) : ProjectGrainTests(database), IClassFixture<DatabaseFixture>;
}
