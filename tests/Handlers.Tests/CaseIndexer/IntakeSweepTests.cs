using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Switchboard.Cases;
using Switchboard.Grains.Intake;
using Switchboard.Handlers.CaseIndexer;
using Switchboard.Intake;
using Switchboard.Storage.Databases;
using Switchboard.Testing;
using Switchboard.Testing.Postgres;

namespace Switchboard.Handlers.Tests.CaseIndexer;

/// <summary>What is kept of alerts, and for how long, on a database of the test's own and with its clock.</summary>
public sealed class IntakeSweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Samples.Time);
    private readonly Guid _org = Guid.CreateVersion7();
    private readonly Guid _integration = Guid.CreateVersion7();
    private TestDatabase _database = null!;
    private TestStorage _storage = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IIntake Intake => _storage.Services.GetRequiredService<IIntake>();

    private IntakeSweep Sweep => new(_storage.Services.GetRequiredService<TenantDatabase>(), Options.Create(new IndexerOptions()), _time);

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _storage = TestStorage.Connect(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_kept_for_seven_days_and_its_receipt_for_thirty()
    {
        var early = await SubmitAsync("early");
        _time.Advance(TimeSpan.FromDays(3));
        var late = await SubmitAsync("late");

        _time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromMinutes(1));
        (await Sweep.SweepAsync(Token)).ShouldBe(0);
        (await MessageAsync(early)).ShouldBe("early");

        _time.Advance(TimeSpan.FromMinutes(2));
        (await Sweep.SweepAsync(Token)).ShouldBe(0);
        (await MessageAsync(early)).ShouldBeNull();
        (await MessageAsync(late)).ShouldBe("late");

        _time.Advance(TimeSpan.FromDays(23));
        (await Sweep.SweepAsync(Token)).ShouldBe(1);
        (await Intake.FindAsync(_org, early, Token)).ShouldBeNull();
        (await MessageAsync(late)).ShouldBeNull();
        (await _database.ExecuteAsync("select count(*) from intake_message")).ShouldBe(0L);

        // The alerts themselves stay in the log.
        (await _database.ExecuteAsync("select count(*) from domain_events")).ShouldBe(2L);
    }

    [Fact]
    public async Task More_messages_than_a_piece_holds_are_deleted_in_one_sweep()
    {
        await _database.ExecuteAsync(
            $"insert into intake_message (id, org_id, body, received_at) select gen_random_uuid(), '{_org}', '', '2020-01-01' from generate_series(1, 5001)");
        await Sweep.SweepAsync(Token);
        (await _database.ExecuteAsync("select count(*) from intake_message")).ShouldBe(0L);
    }

    [Fact]
    public async Task Messages_that_were_committed_together_are_told_apart_by_receipt_and_organisation()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 300).Select(async number => (Number: number, Receipt: await SubmitAsync($"message {number}"))));
        foreach (var (number, receipt) in receipts)
        {
            (await MessageAsync(receipt)).ShouldBe($"message {number}");
        }

        ((long)(await _database.ExecuteAsync("select count(*) from intake_message"))!).ShouldBeLessThan(300);
        (await Intake.FindAsync(Guid.CreateVersion7(), receipts[0].Receipt, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_message_that_an_earlier_release_has_kept_is_shown()
    {
        var receipt = await SubmitAsync("replaced");
        await _database.ExecuteAsync(
            $$"""
            insert into intake_message values ('{{receipt}}', '{{_org}}', '{{_integration}}', '{"host": "a"}', 'as it was', 9, now());
            update intake_receipt set message_id = id, message_place = null
            """);
        var message = (await Intake.FindAsync(_org, receipt, Token))!.Message!;
        (Encoding.UTF8.GetString(message.Headers), Encoding.UTF8.GetString(message.Body), message.BodyBytes).ShouldBe(("""{"host": "a"}""", "as it was", 9L));
    }

    private async Task<string?> MessageAsync(Guid receipt) =>
        (await Intake.FindAsync(_org, receipt, Token))!.Message is { } message ? Encoding.UTF8.GetString(message.Body) : null;

    private async Task<Guid> SubmitAsync(string text)
    {
        var receipt = Guid.CreateVersion7();
        var alert = new RoutedAlert(Guid.Empty, CaseTypes.Standard.Id, new IntakeAlert { DedupKey = text, Status = AlertStatus.Trigger, Title = text });
        var submission = new IntakeSubmission(
            _org, _integration, IntegrationKind.Api, "test", null, HeartbeatSeconds: null, IsRepeatable: false, [new SubmittedAlert(receipt, alert)])
        {
            Sent = new SentMessage("{}"u8.ToArray(), Encoding.UTF8.GetBytes(text), text.Length),
        };
        (await Intake.SubmitAsync(submission, Token)).ShouldBeTrue();
        return receipt;
    }
}
