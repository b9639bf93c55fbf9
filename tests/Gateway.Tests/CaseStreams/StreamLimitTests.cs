using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Gateway.CaseStreams;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;
using Switchboard.Gateway.Tests.Speech.Listen;
using Switchboard.Testing.Postgres;

namespace Switchboard.Gateway.Tests.CaseStreams;

/// <summary>Streams at their limits; each test has a gateway of its own, on a database of the class.</summary>
public sealed class StreamLimitTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task An_organisation_may_have_only_so_many_streams_open()
    {
        await using var gateway = await RunningGatewayFixture.StartAsync(database.ConnectionString, ("Nexus:ConnectionsPerOrganisation", "1"));
        var (org, other) = (await gateway.NewOrgAsync(), await gateway.NewOrgAsync());
        var first = await EventClient.FollowAsync(org);

        using var refused = await EventClient.RefusedAsync(org, "");
        (await refused.ErrorAsync(429)).Text("detail").ShouldNotBeNull().ShouldContain("1 streams open");
        refused.Header("Retry-After").ShouldBe("5");
        await using var elsewhere = await EventClient.FollowAsync(other);

        await first.DisposeAsync();
        HttpStatusCode status;
        do
        {
            using var response = await ProbeAsync(org);
            status = response.StatusCode;
        }
        while (status == HttpStatusCode.TooManyRequests);
        status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_was_away_too_long_is_told_to_start_anew()
    {
        await using var gateway = await RunningGatewayFixture.StartAsync(database.ConnectionString, ("Nexus:ResumeWindow", "2"));
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var client = await EventClient.FollowAsync(org);
        await client.DisposeAsync();
        await using var other = await EventClient.FollowAsync(org);
        foreach (var title in new[] { "one", "two", "three" })
        {
            await org.NewCaseAsync(project, title);
            await other.ChangeAsync(); // until then the process has not read of it
        }

        await using var again = await EventClient.ConnectAsync(org, lastEventId: client.LastId);

        var reset = (await again.NextAsync()).ShouldNotBeNull();
        (reset.Name, reset.Data.Text("reason")).ShouldBe(("reset", "too_old"));
    }

    [Fact]
    public async Task A_client_learns_that_the_process_stops()
    {
        await using var gateway = await RunningGatewayFixture.StartAsync(database.ConnectionString, ("Nexus:Retry", "00:00:07"));
        await using var client = await EventClient.FollowAsync(await gateway.NewOrgAsync());

        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var end = (await client.NextAsync()).ShouldNotBeNull();
        (end.Name, end.Data.Text("reason"), client.Retry).ShouldBe(("end", "shutdown", "7000"));
        (await client.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_quiet_stream_shows_signs_of_life_that_move_its_place_on()
    {
        await using var gateway = await RunningGatewayFixture.StartAsync(
            database.ConnectionString, ("Nexus:Heartbeat", "00:00:00.1"), ("Nexus:PollInterval", "00:00:00.02"));
        var (quiet, busy) = (await gateway.NewOrgAsync(), await gateway.NewOrgAsync());
        var project = await busy.NewProjectAsync();
        await using var client = await EventClient.FollowAsync(quiet);
        await using var other = await EventClient.FollowAsync(busy);
        await busy.NewCaseAsync(project);
        var seen = (await other.ChangeAsync()).Text("id")!;

        // Reads on in the background: signs of life are no events, so only an event ends the wait.
        var next = client.NextAsync();
        while (!Reaches(client.LastId!, seen))
        {
            await Task.Yield();
            next.IsCompleted.ShouldBeFalse();
        }

        await quiet.NewCaseAsync(await quiet.NewProjectAsync());
        (await next).ShouldNotBeNull().Data.Text("type").ShouldBe("case.opened");
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off_and_holds_up_nobody_and_misses_nothing_when_it_comes_back()
    {
        const int cases = 30;
        await using var gateway = await RunningGatewayFixture.StartAsync(
            database.ConnectionString, ("Nexus:BufferedEvents", "10"), ("Nexus:WriteTimeout", "00:00:00.5"));
        var org = await gateway.NewOrgAsync();
        var project = await org.NewProjectAsync();
        var slow = await EventClient.ConnectAsync(org, receiveBuffer: 4096);
        (await slow.NextAsync()).ShouldNotBeNull().Name.ShouldBe("ready");
        await using var quick = await EventClient.FollowAsync(org);

        var large = new string('x', 200_000);
        var read = ReadTitlesAsync(quick, cases);
        for (var i = 0; i < cases; i++)
        {
            await org.NewCaseAsync(project, $"{i}", new { description = large });
        }

        (await read).ShouldBe(Enumerable.Range(0, cases).Select(i => $"{i}"));

        // The slow one reads only when it has been given up: on a quick machine all is written sooner than that.
        var instruments = gateway.Services.GetRequiredService<CaseStreamInstruments>();
        await Poll.UntilAsync(() =>
        {
            var isGone = instruments.TryOpen(org.Id, 2);
            if (isGone)
            {
                instruments.Close(org.Id);
            }

            return isGone;
        });

        var got = new List<string?>();
        await Should.ThrowAsync<Exception>(async () => got.AddRange(await ReadTitlesAsync(slow, cases, got)));
        got.Count.ShouldBeLessThan(cases);
        await slow.DisposeAsync();
        await using var again = await EventClient.ConnectAsync(org, lastEventId: slow.LastId);
        got.AddRange(await ReadTitlesAsync(again, cases - got.Count));
        got.ShouldBe(Enumerable.Range(0, cases).Select(i => $"{i}"));
    }

    private static async Task<List<string?>> ReadTitlesAsync(EventClient client, int count, List<string?>? into = null)
    {
        var titles = into ?? [];
        while (titles.Count < count)
        {
            titles.Add(EventStreamTests.TitleOf(await client.ChangeAsync()));
        }

        return titles;
    }

    private static Task<HttpResponseMessage> ProbeAsync(RunningOrg org)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/cases/stream");
        request.Headers.Add("DD-API-KEY", org.ApiKey);
        request.Headers.Add("DD-APPLICATION-KEY", org.ApplicationKey);
        return org.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static bool Reaches(string id, string other) => PlaceOf(id).CompareTo(PlaceOf(other)) >= 0;

    private static (ulong, long) PlaceOf(string id) => id.Split('-') is [_, var tx, var seq]
        ? (ulong.Parse(tx, System.Globalization.CultureInfo.InvariantCulture), long.Parse(seq, System.Globalization.CultureInfo.InvariantCulture))
        : throw new FormatException(id);
}
