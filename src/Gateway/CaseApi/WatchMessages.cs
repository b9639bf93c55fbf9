using System.Text.Json;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.CaseStreams;

namespace Switchboard.Gateway.CaseApi;

/// <summary>Events as messages, out of the JSON that the other streams send: one rendering for all.</summary>
internal static class WatchMessages
{
    public static CaseWatchMessage Change(StreamedEvent streamed, bool inQuery)
    {
        using var document = JsonDocument.Parse(streamed.Json(inQuery));
        var change = new CaseChange();
        ResourceMessage.Fill(change, document.RootElement);
        return new CaseWatchMessage { Position = streamed.Id, Change = change };
    }
}
