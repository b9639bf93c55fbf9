using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Projects;
using Switchboard.Testing;
using Switchboard.Testing.InMemory;

namespace Switchboard.Storage.Tests.Testing;

/// <summary>The faults of the store in memory; that it behaves as the real one otherwise is checked by the reference model tests.</summary>
public sealed class InMemoryStoreTests : IAsyncLifetime
{
    private readonly InMemoryStore _store = new();
    private readonly ProjectSnapshot _project = Samples.Project(Guid.CreateVersion7());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _store.AppendAsync(Samples.Create(_project), Token);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(StoreFault.BeforeCommit, false)]
    [InlineData(StoreFault.AfterCommit, true)]
    public async Task An_ordered_fault_leaves_what_it_says(StoreFault fault, bool written)
    {
        var one = Samples.Case(_project);
        _store.Faults.Next(fault);

        await Should.ThrowAsync<StorageUnavailableException>(() => _store.AppendAsync(Samples.Open(one), Token).AsTask());

        var row = await ((IAggregateRows<CaseSnapshot>)_store).LoadAsync(_project.OrgId, one.Id, Token);
        (row is not null).ShouldBe(written);
        (await _store.AppendAsync(Samples.Open(one), Token)).Status.ShouldBe(written ? AppendStatus.VersionConflict : AppendStatus.Appended);
    }

    [Fact]
    public async Task While_it_is_down_nothing_can_be_read_or_written()
    {
        _store.Faults.Down = true;

        await Should.ThrowAsync<StorageUnavailableException>(() => _store.AppendAsync(Samples.Open(Samples.Case(_project)), Token).AsTask());
        Should.Throw<StorageUnavailableException>(() => { _ = ((IAggregateRows<ProjectSnapshot>)_store).LoadAsync(_project.OrgId, _project.Id, Token); });

        _store.Faults.Down = false;
        (await ((IAggregateRows<ProjectSnapshot>)_store).LoadAsync(_project.OrgId, _project.Id, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Faults_at_random_come_as_conflicts_and_before_and_after_the_commit()
    {
        _store.Faults.AtRandom(0.5, seed: 7);
        var outcomes = new List<string>();
        foreach (var number in Enumerable.Range(1, 200))
        {
            try
            {
                outcomes.Add((await _store.AppendAsync(Samples.Open(Samples.Case(_project, number)), Token)).Status.ToString());
            }
            catch (StorageUnavailableException error)
            {
                outcomes.Add(error.Message);
            }
        }

        outcomes.Distinct().Count().ShouldBe(4);
        outcomes.Count(outcome => outcome == nameof(AppendStatus.Appended)).ShouldBeInRange(60, 140);
    }
}
