using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Cases;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Databases;
using Switchboard.Storage.EventStore;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.EventStore;

public sealed class StorageInstrumentsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Appends_conflicts_and_lost_commits_are_counted()
    {
        await using var proxy = PostgresProxy.Start(fixture.Database.Server);
        await using var storage = TestStorage.Connect(proxy.ConnectionString(fixture.Database.Name));
        var counts = new Dictionary<string, double>();
        using var listener = new MeterListener();
        var scope = storage.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == StorageInstruments.MeterName && instrument.Meter.Scope == scope)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, tags, 1));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Count(instrument, tags, instrument is ObservableInstrument<int> ? value : 1));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, tags, value));
        listener.Start();
        var project = Samples.Project(Guid.CreateVersion7());
        var one = Samples.Case(project);

        await storage.Store.AppendAsync(Samples.Create(project), Token);
        await storage.Store.AppendAsync(Samples.Open(one), Token);
        await storage.Store.AppendAsync(Samples.SetPriority(one, CasePriority.P1), Token);
        (await storage.Store.AppendAsync(Samples.SetPriority(one, CasePriority.P3), Token)).Status.ShouldBe(AppendStatus.VersionConflict);
        proxy.CutNext(CutPoint.AfterCommit, TenantDatabase.WriterName);
        await storage.Store.AppendAsync(Samples.SetPriority(Samples.CaseOf(Samples.SetPriority(one, CasePriority.P1)), CasePriority.P4), Token);
        listener.RecordObservableInstruments();

        counts["switchboard.storage.append.duration"].ShouldBe(4);
        counts["switchboard.storage.append.batch"].ShouldBe(3);
        counts["switchboard.storage.append.refused VersionConflict"].ShouldBe(1);
        counts["switchboard.storage.append.unknown_outcomes committed"].ShouldBe(1);
        counts["switchboard.storage.append.queue"].ShouldBe(0);
        counts.ShouldNotContainKey("switchboard.storage.append.unavailable");

        void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, double value)
        {
            var name = tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
            lock (counts)
            {
                counts[name] = counts.GetValueOrDefault(name) + value;
            }
        }
    }
}
