using System.Text.Json;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Search;
using Switchboard.Grains.Suggestions;
using Switchboard.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>Completes queries while they are typed.</summary>
internal sealed class SuggestionOperations(ICaseSuggester suggester) : IApiOperations
{
    private static readonly TextParameter Facet = new("filter[facet]", Parameter.InQuery, Switchboard.Limits.AttributeKey)
    {
        Description = "The facet whose values are wanted, such as status or an attribute's key; without it facets are suggested.",
    };

    private static readonly TextParameter Typed = new("filter[prefix]", Parameter.InQuery, SearchLimits.MaxAttributeTerm)
    {
        Description = "What was typed so far, in any letter case.",
    };

    private static readonly UuidParameter Project = new("filter[project_id]", Parameter.InQuery) { Description = "Only attributes of this project's cases." };

    private static readonly IntegerParameter PageSize = new("page[size]", 1, SuggestionQuery.MaxLimit, 20) { Description = "The most suggestions." };

    private static readonly Schema Response = Schema.Object(
        Always("data", Schema.ListOf(Schema.Object(
            Always("id", Schema.Text),
            Always("type", Schema.OneOf("suggestion")),
            Always("attributes", Schema.Object(
                Always("text", Schema.Text),
                Always("built_in", Schema.Boolean),
                new("cases", Schema.Integer.Says("How many cases have it.")),
                new("last_seen", Schema.Time.Says("When a case last got it."))))))),
        Always("meta", Schema.Object(
            Always("overflow", Schema.Boolean.Says("There are more keys or values than are counted: some may be missing, counts are at least what they say."))))).Named("CaseSuggestionsResponse");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "SuggestCases",
            Method = "GET",
            Path = "/api/v2/cases/suggestions",
            Tag = "Case Management",
            Summary = "Suggest facets and values",
            Description = "The likeliest first: what more cases have. Attributes are counted shortly after they are written.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [Facet, Typed, Project, PageSize],
            Response = Response,
            Refusals = [400, 401, 403, 429],
            Handle = SuggestAsync,
        },
    ];

    private async ValueTask SuggestAsync(ApiRequest request)
    {
        var query = new SuggestionQuery(request.OrgId, request.Get(PageSize))
        {
            Facet = request.Get(Facet) is { Length: > 0 } facet ? facet : null,
            CallerId = request.Principal.UserId,
            Typed = request.Get(Typed),
            ProjectId = request.Get(Project) is var project && project == Guid.Empty ? null : project,
        };
        await request.SendAsync(await suggester.SuggestAsync(query, request.Aborted), Write);
    }

    private static void Write(Utf8JsonWriter json, SuggestionList list)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var suggestion in list.Suggestions)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, suggestion.Text);
            json.WriteString("type"u8, "suggestion"u8);
            json.WriteStartObject("attributes"u8);
            json.WriteString("text"u8, suggestion.Text);
            json.WriteBoolean("built_in"u8, suggestion.BuiltIn);
            if (suggestion.Cases is { } cases)
            {
                json.WriteNumber("cases"u8, cases);
            }

            if (suggestion.LastSeen is { } lastSeen)
            {
                json.WriteTime("last_seen"u8, lastSeen);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteBoolean("overflow"u8, list.Overflow);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
