using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Cases;

public sealed class CaseNumbersTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);
    private readonly Guid _org = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task Numbers_run_on_in_each_project_and_across_the_organisation()
    {
        var (ops, dev) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        (await _storage.Numbers.NextAsync(_org, ops, Token)).ShouldBe(new(1, 1));
        (await _storage.Numbers.NextAsync(_org, dev, Token)).ShouldBe(new(1, 2));
        (await _storage.Numbers.NextAsync(_org, ops, Token)).ShouldBe(new(2, 3));
        (await _storage.Numbers.NextAsync(Guid.CreateVersion7(), Guid.CreateVersion7(), Token)).ShouldBe(new(1, 1));
    }

    [Fact]
    public async Task A_range_is_consecutive_whoever_else_takes_numbers()
    {
        var project = Guid.CreateVersion7();

        var taken = await Task.WhenAll(Enumerable.Range(0, 60).Select(index => Task.Run(async () =>
        {
            var count = (index % 3 * 20) + 1;
            return (First: await _storage.Numbers.NextRangeAsync(_org, project, count, Token), Count: count);
        })));

        var all = taken.SelectMany(one => Enumerable.Range(0, one.Count).Select(n => one.First.InProject + n)).Order().ToList();
        all.ShouldBe(Enumerable.Range(1, taken.Sum(one => one.Count)).Select(number => (long)number));
        taken.ShouldAllBe(one => one.First.InProject == one.First.PublicId);
    }

    [Fact]
    public async Task Callers_of_several_processes_never_get_the_same_number_and_leave_none_out()
    {
        await using var other = TestStorage.Connect(fixture.Database);
        var projects = new[] { Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7() };

        var taken = await Task.WhenAll(Enumerable.Range(0, 300).Select(index => Task.Run(async () =>
        {
            var project = projects[index % 3];
            var number = await (index % 2 == 0 ? _storage : other).Numbers.NextAsync(_org, project, Token);
            return (project, number);
        })));

        taken.Select(one => one.number.PublicId).Order().ShouldBe(Enumerable.Range(1, 300).Select(number => (long)number));
        foreach (var project in projects)
        {
            taken.Where(one => one.project == project).Select(one => one.number.InProject).Order()
                .ShouldBe(Enumerable.Range(1, 100).Select(number => (long)number));
        }
    }
}
