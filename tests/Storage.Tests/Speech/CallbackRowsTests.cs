using Microsoft.Extensions.DependencyInjection;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Testing.Postgres;

namespace Switchboard.Storage.Tests.Speech;

public sealed class CallbackRowsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly TestStorage _storage = TestStorage.Connect(fixture.Database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ICallbackJobs Jobs => _storage.Services.GetRequiredService<ICallbackJobs>();

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_job_whose_lease_has_run_out_is_taken_once_and_its_former_holder_changes_nothing_more()
    {
        var job = await AddAsync(Now);
        (await ClaimAsync(job, Now.AddSeconds(59))).ShouldBeNull();

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClaimAsync(job, Now.AddSeconds(60))));

        var taken = claims.Where(static claim => claim is not null).ShouldHaveSingleItem()!;
        taken.ShouldSatisfyAllConditions(
            _ => taken.Epoch.ShouldBe(2), _ => taken.Attempts.ShouldBe(2), _ => taken.Work.ShouldBe(job.Work), _ => taken.Audio.ShouldBe(job.Audio));
        (await Jobs.RenewAsync(job, Now.AddHours(1), Token)).ShouldBeFalse();
        (await Jobs.StoreAsync(job, new CallbackResult(new byte[] { 9 }, "text/plain"), Token)).ShouldBeFalse();
        (await Jobs.RetryAsync(job, Now, 500, "late", Token)).ShouldBeFalse();
        (await Jobs.FinishAsync(job, CallbackState.Delivered, Now, 200, null, Token)).ShouldBeFalse();
        (await Jobs.StoreAsync(taken, new CallbackResult(new byte[] { 1, 2 }, "application/json"), Token)).ShouldBeTrue();
        (await Jobs.RetryAsync(taken, Now.AddMinutes(5), 503, "busy", Token)).ShouldBeTrue();
        (await ClaimAsync(job, Now.AddMinutes(4))).ShouldBeNull();
        var again = (await ClaimAsync(job, Now.AddMinutes(5))).ShouldNotBeNull();
        again.State.ShouldBe(CallbackState.Delivering);
        again.Result.ShouldNotBeNull().Body.ToArray().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task What_ended_is_told_to_its_organisation_only_keeps_nothing_of_what_was_said_and_is_forgotten_in_time()
    {
        var job = await AddAsync(Now);
        await Jobs.StoreAsync(job, new CallbackResult(new byte[] { 1 }, "application/json"), Token);

        (await Jobs.FinishAsync(job, CallbackState.GivenUp, Now.AddDays(1), 404, "answered with 404", Token)).ShouldBeTrue();

        (await Jobs.FindAsync(Guid.NewGuid(), [job.RequestId], Token)).ShouldBeEmpty();
        var progress = (await Jobs.FindAsync(job.OrgId, [job.RequestId], Token)).ShouldHaveSingleItem();
        progress.ShouldSatisfyAllConditions(
            _ => progress.State.ShouldBe(CallbackState.GivenUp), _ => progress.LastStatus.ShouldBe(404),
            _ => progress.LastError.ShouldBe("answered with 404"), _ => progress.FinishedAt.ShouldBe(Now.AddDays(1)));
        await using (var command = fixture.Database.DataSource.CreateCommand(
            $"select count(*) from speech_callback where request_id = '{job.RequestId}' and work is null and audio is null and result is null"))
        {
            (await command.ExecuteScalarAsync(Token)).ShouldBe(1L);
        }

        (await Jobs.ForgetAsync(Now.AddDays(1).AddSeconds(1), Token)).ShouldBe(1);
        (await Jobs.FindAsync(job.OrgId, [job.RequestId], Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_secret_keeps_the_one_before_for_a_while()
    {
        var org = Guid.NewGuid();
        (await Jobs.FindSecretAsync(org, Token)).ShouldBeNull();

        await Jobs.SetSecretAsync(org, [1], "aaaa", Now, Now, Token);
        await Jobs.SetSecretAsync(org, [2], "bbbb", Now.AddHours(1), Now.AddHours(25), Token);

        var secret = (await Jobs.FindSecretAsync(org, Token)).ShouldNotBeNull();
        secret.ShouldSatisfyAllConditions(
            _ => secret.Secret.ShouldBe([2]), _ => secret.Hint.ShouldBe("bbbb"), _ => secret.Previous.ShouldBe([1]),
            _ => secret.PreviousUntil.ShouldBe(Now.AddHours(25)));
    }

    private async Task<CallbackJob> AddAsync(DateTimeOffset now)
    {
        var job = new CallbackJob
        {
            OrgId = Guid.NewGuid(),
            RequestId = Guid.NewGuid(),
            KeyId = Guid.NewGuid(),
            CreatedAt = now,
            ExpiresAt = now.AddDays(1),
            Work = [7, 8],
            Audio = "callbacks/a/b",
        };
        await Jobs.AddAsync(job, now + Lease, Token);
        return job;
    }

    /// <summary>Claims what is due and gives back all but the one in question.</summary>
    private async Task<CallbackJob?> ClaimAsync(CallbackJob job, DateTimeOffset now) =>
        (await Jobs.ClaimAsync(100, now, now + Lease, Token)).SingleOrDefault(claimed => claimed.RequestId == job.RequestId);
}
