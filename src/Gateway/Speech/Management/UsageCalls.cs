using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>Reports of usage. What is kept in milliseconds is shown in hours.</summary>
internal sealed class UsageCalls(IUsageReports reports, ISpeechModels models, TimeProvider time)
{
    private const double MillisecondsPerHour = 3_600_000;

    public async ValueTask DaysAsync(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        if (filter is null)
        {
            await call.RefuseAsync(refusal!);
            return;
        }

        var sums = await SumAsync(call, filter, UsageGrouping.Day);
        await call.SendAsync(json =>
        {
            WritePeriod(json, filter);
            json.WriteStartArray("results"u8);
            foreach (var sum in sums)
            {
                json.WriteStartObject();
                json.WriteString("start"u8, sum.Group[0]);
                json.WriteString("end"u8, sum.Group[0]);
                WriteHours(json, sum);
                json.WriteNumber("requests"u8, sum.Requests);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask BreakdownAsync(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        var grouping = call.Text("grouping");
        var by = grouping switch
        {
            null or "endpoint" or "deployment" => UsageGrouping.Nothing,
            "accessor" => UsageGrouping.Key,
            "feature_set" => UsageGrouping.Features,
            "models" => UsageGrouping.Model,
            "method" => UsageGrouping.Method,
            "tags" => UsageGrouping.Tags,
            _ => (UsageGrouping?)null,
        };
        if (filter is null || by is null)
        {
            await call.RefuseAsync(refusal ?? SpeechError.InvalidParameter(
                $"grouping is '{Quoted.Cut(grouping!)}'; it must be accessor, endpoint, feature_set, models, method, tags or deployment"));
            return;
        }

        var sums = await SumAsync(call, filter, by.Value);
        await call.SendAsync(json =>
        {
            WritePeriod(json, filter);
            json.WriteStartArray("results"u8);
            foreach (var sum in sums)
            {
                json.WriteStartObject();
                WriteHours(json, sum);
                json.WriteNumber("agent_hours"u8, 0);
                json.WriteNumber("tokens_in"u8, 0);
                json.WriteNumber("tokens_out"u8, 0);
                json.WriteNumber("tts_characters"u8, 0);
                json.WriteNumber("requests"u8, sum.Requests);
                WriteGrouping(json, filter, grouping, sum);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask FieldsAsync(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        if (filter is null)
        {
            await call.RefuseAsync(refusal!);
            return;
        }

        var fields = await reports.FieldsAsync(filter, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteTexts("tags", fields.Tags);
            json.WriteStartArray("models"u8);
            foreach (var name in fields.Models)
            {
                var model = models.All.FirstOrDefault(model => model.Name == name);
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteString("language"u8, model?.Languages.FirstOrDefault() ?? "");
                json.WriteString("version"u8, model?.Version ?? "");
                json.WriteString("model_id"u8, SpeechModel.IdOf(name));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteTexts("processing_methods", fields.Methods);
            json.WriteTexts("features", fields.Features);
        });
    }

    private async ValueTask<IReadOnlyList<UsageSum>> SumAsync(SpeechCall call, UsageFilter filter, UsageGrouping grouping)
    {
        // There is one endpoint and one kind of deployment here.
        var none = call.Text("endpoint") is not (null or "listen") || call.Text("deployment") is not (null or "hosted" or "self-hosted");
        return none ? [] : await reports.SumAsync(filter, grouping, call.Aborted);
    }

    private static void WritePeriod(Utf8JsonWriter json, UsageFilter filter)
    {
        json.WriteDay("start", filter.From);
        json.WriteDay("end", filter.To.AddTicks(-1));
        json.WriteResolution();
    }

    private static void WriteHours(Utf8JsonWriter json, UsageSum sum)
    {
        var hours = (sum.LiveMilliseconds + sum.FileMilliseconds) / MillisecondsPerHour;
        json.WriteNumber("hours"u8, hours);
        json.WriteNumber("total_hours"u8, hours);
    }

    private static void WriteGrouping(Utf8JsonWriter json, UsageFilter filter, string? grouping, UsageSum sum)
    {
        json.WriteStartObject("grouping"u8);
        json.WriteDay("start", filter.From);
        json.WriteDay("end", filter.To.AddTicks(-1));
        Write("accessor", sum.Group.FirstOrDefault());
        Write("endpoint", "listen");
        Write("feature_set", string.Join(',', sum.Group));
        json.WriteTexts("models", grouping == "models" ? sum.Group : []);
        Write("method", sum.Group.FirstOrDefault());
        if (grouping == "tags")
        {
            json.WriteTexts("tags", sum.Group);
        }
        else
        {
            json.WriteNull("tags"u8);
        }

        Write("deployment", "self-hosted");
        json.WriteEndObject();

        void Write(string name, string? value)
        {
            if (grouping == name && value is not null)
            {
                json.WriteString(name, value);
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }
}
