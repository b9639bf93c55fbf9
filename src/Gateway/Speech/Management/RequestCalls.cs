using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Speech.Callbacks;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Sessions and files, one by one.</summary>
internal sealed class RequestCalls(IUsageReports reports, TimeProvider time, ICallbackJobs? callbacks = null)
{
    private const int DefaultLimit = 10;
    private const int MostLimit = 1000;
    private const int MostPage = 100_000;

    private static readonly SpeechError _notFound = SpeechCall.NotFound("Request not found.");

    public async ValueTask ListAsync(SpeechCall call)
    {
        var (listing, refusal) = Read(call);
        if (listing is null)
        {
            await call.RefuseAsync(refusal!);
            return;
        }

        var requests = call.Text("endpoint") is null or "listen" ? await reports.ListAsync(listing, call.Aborted) : [];
        var progress = await ProgressAsync(call, requests);
        await call.SendAsync(json =>
        {
            json.WriteNumber("page"u8, listing.Page);
            json.WriteNumber("limit"u8, listing.Limit);
            json.WriteStartArray("requests"u8);
            foreach (var request in requests)
            {
                json.WriteStartObject();
                Write(json, request, progress.GetValueOrDefault(request.RequestId));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask GetAsync(SpeechCall call)
    {
        var all = new UsageFilter(call.OrgId, DateTimeOffset.UnixEpoch, time.GetUtcNow().AddDays(1));
        var found = call.Id("request_id") is { } id
            ? await reports.ListAsync(new RequestListing(all, 0, 1) { RequestId = id }, call.Aborted)
            : [];
        if (found.IsEmpty)
        {
            await call.RefuseAsync(_notFound);
            return;
        }

        var progress = await ProgressAsync(call, found);
        await call.SendAsync(json =>
        {
            json.WriteStartObject("request"u8);
            Write(json, found[0], progress.GetValueOrDefault(found[0].RequestId));
            json.WriteEndObject();
        });
    }

    private (RequestListing? Listing, SpeechError? Refusal) Read(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        if (filter is null)
        {
            return (null, refusal);
        }

        if (Number(call, "limit", DefaultLimit, 1, MostLimit) is not { } limit)
        {
            return (null, SpeechError.InvalidParameter($"limit must be a number from 1 to {MostLimit}"));
        }

        if (Number(call, "page", 0, 0, MostPage) is not { } page)
        {
            return (null, SpeechError.InvalidParameter($"page must be a number from 0 to {MostPage}"));
        }

        var status = call.Text("status");
        if (status is not (null or "succeeded" or "failed"))
        {
            return (null, SpeechError.InvalidParameter($"status is '{Quoted.Cut(status)}'; it must be succeeded or failed"));
        }

        var id = (Guid?)null;
        if (call.Text("request_id") is { } text)
        {
            if (!Guid.TryParse(text, out var one))
            {
                return (null, SpeechError.InvalidParameter("request_id is not an id"));
            }

            id = one;
        }

        return (new RequestListing(filter, page, limit) { RequestId = id, Succeeded = status is null ? null : status == "succeeded" }, null);
    }

    private static int? Number(SpeechCall call, string name, int otherwise, int least, int most) => call.Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : null;

    private async ValueTask<Dictionary<Guid, CallbackProgress>> ProgressAsync(SpeechCall call, ImmutableArray<SpeechRequest> requests)
    {
        var ids = requests.Where(static request => request.Callback is not null).Select(static request => request.RequestId).ToImmutableArray();
        return ids.IsEmpty || callbacks is null
            ? []
            : (await callbacks.FindAsync(call.OrgId, ids, call.Aborted)).ToDictionary(static one => one.RequestId);
    }

    private static void Write(Utf8JsonWriter json, CallbackProgress progress)
    {
        json.WriteStartObject("callback"u8);
        json.WriteString("status"u8, progress.State switch
        {
            CallbackState.Transcribing => "transcribing",
            CallbackState.Delivering => "delivering",
            CallbackState.Delivered => "delivered",
            _ => "given_up",
        });
        json.WriteNumber("attempts"u8, progress.Attempts);
        if (progress.FinishedAt is { } finished)
        {
            json.WriteTime("finished"u8, finished);
        }
        else
        {
            json.WriteTime("next_attempt"u8, progress.DueAt);
        }

        if (progress.LastStatus is { } status)
        {
            json.WriteNumber("last_status"u8, status);
        }

        if (progress.LastError is { } error)
        {
            json.WriteString("last_error"u8, error);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SpeechRequest request, CallbackProgress? progress)
    {
        var seconds = (request.Milliseconds ?? 0) / 1000d;
        json.WriteString("request_id"u8, request.RequestId);
        json.WriteString("project_uuid"u8, request.OrgId);
        json.WriteTime("created"u8, request.CreatedAt);
        json.WriteString("path"u8, request.Path);
        json.WriteString("api_key_id"u8, request.KeyId);
        json.WriteString("deployment"u8, "self-hosted"u8);
        if (request.Callback is { } callback)
        {
            json.WriteString("callback"u8, callback);
        }

        if (request.Code is { } code)
        {
            json.WriteNumber("code"u8, code);
        }

        json.WriteStartObject("response"u8);
        json.WriteStartObject("details"u8);
        json.WriteNumber("duration"u8, seconds);
        json.WriteNumber("total_audio"u8, seconds);
        json.WriteString("method"u8, request.Method);
        json.WriteTexts("models", [request.Model]);
        json.WriteTexts("tags", request.Tags);
        json.WriteTexts("features", request.Features);
        json.WriteEndObject();
        if (request.Code is { } answered)
        {
            json.WriteNumber("code"u8, answered);
        }

        if (request.EndedAt is { } ended)
        {
            json.WriteTime("completed"u8, ended);
        }

        if (progress is not null)
        {
            Write(json, progress);
        }

        json.WriteEndObject();
    }
}
