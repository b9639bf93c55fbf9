using System.Buffers.Binary;
using Google.Protobuf;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.CaseApi;

/// <summary>Streams of changes through gRPC. A gateway for all tests, an organisation for each.</summary>
public sealed class WatchTests(RunningGatewayFixture running)
{
    [Fact]
    public async Task A_watch_tells_changes_as_they_happen_and_goes_on_where_it_ended()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (_, id) = await api.OpenCaseAsync();
        string last;
        using (var watch = await Watch.OpenAsync(api, "WatchCases", new WatchCasesRequest()))
        {
            (await watch.NextAsync()).MessageCase.ShouldBe(CaseWatchMessage.MessageOneofCase.Ready);
            await api.CallAsync("UpdateCaseTitle", new UpdateCaseTitleRequest { CaseId = id, Title = "seen" }, Gateway.CaseApi.Messages.Case.Parser);
            var told = await watch.NextChangeAsync(change => change.Change.Changes.Any(one => one.Field == "title" && one.New.StringValue == "seen"));
            (told.Change.Case.Id, told.Change.Data.Title, told.Change.Actor.Id).ShouldBe((id, "seen", org.UserId.ToString()));
            last = told.Position;
        }

        await api.CallAsync("UpdateCaseTitle", new UpdateCaseTitleRequest { CaseId = id, Title = "missed" }, Gateway.CaseApi.Messages.Case.Parser);
        using var again = await Watch.OpenAsync(api, "WatchCases", new WatchCasesRequest { LastEventId = last });
        var next = await again.NextChangeAsync(static _ => true);
        next.Change.Changes.Single(change => change.Field == "title").New.StringValue.ShouldBe("missed");
    }

    [Fact]
    public async Task A_watch_of_one_case_tells_nothing_of_others()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        var (_, id) = await api.OpenCaseAsync();
        var (_, other) = await api.OpenCaseAsync("OTHER");
        using var watch = await Watch.OpenAsync(api, "WatchCase", new WatchCaseRequest { CaseId = id });
        await watch.NextAsync();
        await api.CallAsync("ArchiveCase", new CaseReference { CaseId = other }, Gateway.CaseApi.Messages.Case.Parser);
        await api.CallAsync("UpdatePriority", new UpdatePriorityRequest { CaseId = id, Priority = Priority.P1 }, Gateway.CaseApi.Messages.Case.Parser);
        var told = await watch.NextChangeAsync(change => change.Change.Case.Id != id || change.Change.Changes.Any(one => one.Field == "priority" && one.New.StringValue == "P1"));
        (told.Change.Case.Id, told.Change.Data.Priority).ShouldBe((id, Priority.P1));
    }

    [Fact]
    public async Task A_watch_that_cannot_be_is_refused()
    {
        var org = await running.NewOrgAsync();
        using var api = new CaseApiClient(org);
        await api.RefusedAsync("WatchCases", new WatchCasesRequest { Filter = "status:open AND (" }, 3);
        await api.RefusedAsync("WatchCases", new WatchCasesRequest { LastEventId = "nonsense" }, 3);
        await api.RefusedAsync("WatchCase", new WatchCaseRequest { CaseId = Guid.NewGuid().ToString() }, 5);
        using var stranger = new CaseApiClient(org, "no-such-key");
        await stranger.RefusedAsync("WatchCases", new WatchCasesRequest(), 16);
    }

    /// <summary>A stream that is read message by message.</summary>
    private sealed class Watch(HttpResponseMessage response, Stream stream) : IDisposable
    {
        public static async Task<Watch> OpenAsync(CaseApiClient api, string method, IMessage request)
        {
            var response = await api.OpenAsync(method, request);
            return new Watch(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        }

        /// <summary>The next change that is meant. What was committed before the stream was ready may come after it (the log's horizon).</summary>
        public async Task<CaseWatchMessage> NextChangeAsync(Func<CaseWatchMessage, bool> isMeant)
        {
            while (true)
            {
                var message = await NextAsync();
                if (message.MessageCase == CaseWatchMessage.MessageOneofCase.Change && isMeant(message))
                {
                    return message;
                }
            }
        }

        public async Task<CaseWatchMessage> NextAsync()
        {
            var header = new byte[5];
            await stream.ReadExactlyAsync(header, TestContext.Current.CancellationToken);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1))];
            await stream.ReadExactlyAsync(message, TestContext.Current.CancellationToken);
            return CaseWatchMessage.Parser.ParseFrom(message);
        }

        public void Dispose() => response.Dispose();
    }
}
