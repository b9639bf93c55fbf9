using System.Text.Json;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Analytics;
using Switchboard.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>Shows figures about cases.</summary>
internal sealed class AnalyticsOperations(ICaseAnalytics analytics, ProjectGate gate, TimeProvider time) : IApiOperations
{
    private static readonly TimeSpan UsualPeriod = TimeSpan.FromDays(30);

    private static readonly ChoiceParameter GroupBy = new(
        "group_by", ["none", "status_group", "status", "priority", "project", "assignee", "closed_reason", "day"], "none")
    {
        Description = "What makes a group. By day: what happened on each day, in UTC.",
    };

    private static readonly MomentParameter From = new("filter[from]") { Description = "Cases opened from then on; RFC 3339, milliseconds, or now-7d. 30 days ago by default." };

    private static readonly MomentParameter To = new("filter[to]") { Description = "Cases opened before then; now by default." };

    private static readonly UuidParameter Project = new("filter[project_id]", Parameter.InQuery) { Description = "Only this project's cases." };

    private static readonly Schema Response = Schema.Object(
        Always("data", Schema.ListOf(Schema.Object(
            Always("type", Schema.OneOf("case_figures")),
            Always("attributes", Schema.Object(
                Always("acknowledged", Schema.Integer.Says("Left the open statuses at least once.")),
                Always("cases", Schema.Integer),
                new("closed_seconds", Schema.Number.Says("Time spent closed until now, together.")),
                new("group", Schema.Text.Says("A name, an id, a day; absent for cases without an assignee or reason.")),
                new("in_progress_seconds", Schema.Number),
                new("mean_seconds_to_acknowledge", Schema.Number),
                new("mean_seconds_to_resolve", Schema.Number),
                new("open_seconds", Schema.Number),
                Always("reopens", Schema.Integer),
                Always("resolved", Schema.Integer.Says("Were closed at least once.")))))))).Named("CaseAnalyticsResponse");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetCaseAnalytics",
            Method = "GET",
            Path = "/api/v2/cases/analytics",
            Tag = "Case Management",
            Summary = "Get case analytics",
            Description = "Counts, times in states, times to acknowledge and to resolve, reopenings. Written a moment after the changes themselves.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [GroupBy, From, To, Project],
            Response = Response,
            Refusals = [400, 401, 403, 429],
            Handle = GetAsync,
        },
    ];

    private async ValueTask GetAsync(ApiRequest request)
    {
        var now = time.GetUtcNow();
        var to = request.Get(To, now) ?? now;
        var from = request.Get(From, now) ?? to - UsualPeriod;
        if (from >= to)
        {
            await request.RefuseAsync(ApiError.InvalidParameter(From.Name, From.Place, "expected a time before filter[to]"));
            return;
        }

        var by = request.Get(GroupBy) switch
        {
            "status_group" => AnalyticsGroup.StatusGroup,
            "status" => AnalyticsGroup.Status,
            "priority" => AnalyticsGroup.Priority,
            "project" => AnalyticsGroup.Project,
            "assignee" => AnalyticsGroup.Assignee,
            "closed_reason" => AnalyticsGroup.ClosedReason,
            "day" => AnalyticsGroup.Day,
            _ => AnalyticsGroup.None,
        };
        var project = request.Get(Project);
        var figures = await analytics.QueryAsync(
            new AnalyticsQuery(request.OrgId, by, from, to, project == Guid.Empty ? null : project)
            {
                Hidden = (await gate.ScopeAsync(request)).Hidden,
            },
            request.Aborted);
        await request.SendAsync(figures, static (json, all) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var one in all)
            {
                WriteFigures(json, one);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteFigures(Utf8JsonWriter json, CaseFigures one)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "case_figures"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteNumber("acknowledged"u8, one.Acknowledged);
        json.WriteNumber("cases"u8, one.Cases);
        WriteSeconds(json, "closed_seconds"u8, one.Closed);
        if (one.Value is { } value)
        {
            json.WriteString("group"u8, value);
        }

        WriteSeconds(json, "in_progress_seconds"u8, one.InProgress);
        WriteSeconds(json, "mean_seconds_to_acknowledge"u8, one.MeanToAcknowledge);
        WriteSeconds(json, "mean_seconds_to_resolve"u8, one.MeanToResolve);
        WriteSeconds(json, "open_seconds"u8, one.Open);
        json.WriteNumber("reopens"u8, one.Reopens);
        json.WriteNumber("resolved"u8, one.Resolved);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan? span)
    {
        if (span is { } known)
        {
            json.WriteNumber(name, Math.Round(known.TotalSeconds, 3));
        }
    }
}
