using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Idempotency;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<ApiRequest> _seen = new();
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;
    private Func<ApiRequest, ValueTask> _handle = static request => Operations.Say(request, "done");

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync([Operations.Post(request =>
        {
            _seen.Enqueue(request);
            return _handle(request);
        })]);
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Fifty_parallel_posts_with_one_key_run_once_and_get_equal_answers()
    {
        var release = new TaskCompletionSource();
        _handle = async request =>
        {
            await release.Task;
            await Operations.Say(request, $"made {request.NewId()}");
        };
        var posts = Enumerable.Range(0, 50).Select(_ => PostAsync("key-1")).ToList();
        await UntilAsync(() => _server.Time.WaitingTimers == 49);
        release.SetResult();
        var answers = await Task.WhenAll(posts);

        _seen.Count.ShouldBe(1);
        var bodies = await Task.WhenAll(answers.Select(answer => answer.TextAsync()));
        bodies.Distinct().ShouldHaveSingleItem().ShouldStartWith("""{"said":"made """);
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Count(answer => answer.Header("Idempotent-Replayed") == "true").ShouldBe(49);
        InFlight.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused_while_the_first_is_worked_on()
    {
        var release = new TaskCompletionSource();
        _handle = async request =>
        {
            await release.Task;
            await Operations.Say(request, "done");
        };
        var first = PostAsync("key-2", "one");
        await UntilAsync(() => !_seen.IsEmpty);
        using (var second = await PostAsync("key-2", "two"))
        {
            (await second.ErrorAsync(422)).Text("title").ShouldBe("Unprocessable Entity");
        }

        release.SetResult();
        using var answer = await first;
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_repetition_waits_only_so_long_and_is_told_to_come_again()
    {
        var release = new TaskCompletionSource();
        _handle = async request =>
        {
            await release.Task;
            await Operations.Say(request, "done");
        };
        var first = PostAsync("key-3");
        await UntilAsync(() => !_seen.IsEmpty);
        var second = PostAsync("key-3");
        await UntilAsync(() => _server.Time.WaitingTimers > 0);
        _server.Time.Advance(TimeSpan.FromSeconds(10));
        using (var refused = await second)
        {
            (await refused.ErrorAsync(409)).Text("detail")!.ShouldContain("still being worked on");
            refused.Header("Retry-After").ShouldBe("1");
        }

        release.SetResult();
        using var answer = await first;
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task When_the_first_client_goes_away_before_an_answer_a_repetition_takes_over()
    {
        var attempts = 0;
        var blocked = new TaskCompletionSource();
        _handle = async request =>
        {
            if (Interlocked.Increment(ref attempts) == 1)
            {
                await blocked.Task.WaitAsync(request.Aborted);
            }

            await Operations.Say(request, "done by the second");
        };
        using var goneAway = new CancellationTokenSource();
        var first = _server.Client.SendAsync(Request("key-4", "x"), goneAway.Token);
        await UntilAsync(() => !_seen.IsEmpty);
        var second = PostAsync("key-4", "x");
        await UntilAsync(() => _server.Time.WaitingTimers > 0);
        await goneAway.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        using var answer = await second;

        (await answer.JsonAsync()).Text("said").ShouldBe("done by the second");
        answer.Header("Idempotent-Replayed").ShouldBeNull();
    }

    [Fact]
    public async Task Everyone_who_waits_gets_the_fault_too()
    {
        var release = new TaskCompletionSource();
        _handle = async _ =>
        {
            await release.Task;
            throw new Grains.EventStore.StorageUnavailableException("gone");
        };
        var posts = Enumerable.Range(0, 5).Select(_ => PostAsync("key-5")).ToList();
        await UntilAsync(() => _server.Time.WaitingTimers == 4);
        release.SetResult();
        foreach (var answer in await Task.WhenAll(posts))
        {
            await answer.ErrorAsync(503);
            answer.Header("Retry-After").ShouldBe("2");
        }

        _seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_id_of_what_is_made_depends_on_organisation_and_key_alone()
    {
        _handle = static request => Operations.Say(request, request.NewId().ToString());
        var other = new FakeOrg(_server.Grains);

        var mine = await SaidAsync(PostAsync("key-6", "a"));
        (await SaidAsync(PostAsync("key-6", "b"))).ShouldBe(mine);
        (await SaidAsync(PostAsync("key-7", "a"))).ShouldNotBe(mine);
        (await SaidAsync(_server.SendAsync(Request("key-6", "a", other)))).ShouldNotBe(mine);
        (await SaidAsync(PostAsync(null, "a"))).ShouldNotBe(await SaidAsync(PostAsync(null, "a")));
    }

    [Fact]
    public async Task The_grain_is_told_key_and_hash_so_that_it_can_keep_the_answer()
    {
        await SaidAsync(PostAsync("key-8", "a"));
        await SaidAsync(PostAsync("key-8", "b"));

        var contexts = _seen.Select(request => request.Command.Idempotency!).ToList();
        contexts[0].Key.ShouldBe("POST /test/thing key-8");
        contexts[1].Key.ShouldBe(contexts[0].Key);
        contexts[0].RequestHash.Length.ShouldBe(64);
        contexts[1].RequestHash.ShouldNotBe(contexts[0].RequestHash);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("tab\tinside")]
    public async Task A_key_of_odd_characters_is_refused(string key)
    {
        using var response = await PostAsync(key);

        (await response.ErrorAsync(400)).Text("detail")!.ShouldStartWith("invalid parameter \"Idempotency-Key\" in \"header\"");
    }

    [Fact]
    public async Task A_key_has_a_greatest_length()
    {
        using var longest = await PostAsync(new string('k', 255));
        using var longer = await PostAsync(new string('k', 256));

        longest.StatusCode.ShouldBe(HttpStatusCode.Created);
        await longer.ErrorAsync(400);
    }

    private InFlightRequests InFlight => _server.Services.GetRequiredService<InFlightRequests>();

    private static async Task<string?> SaidAsync(Task<HttpResponseMessage> pending)
    {
        using var response = await pending;
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await response.JsonAsync()).Text("said");
    }

    /// <summary>Waits for something that another thread is about to do; the test's own time-out ends a vain wait.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Task<HttpResponseMessage> PostAsync(string? key, string text = "hello") => _server.SendAsync(Request(key, text));

    private HttpRequestMessage Request(string? key, string text, FakeOrg? org = null)
    {
        var request = GatewayServer.Request(org ?? _org, HttpMethod.Post, "/test/thing", GatewayServer.Json(Operations.Body(text)));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return request;
    }
}
