using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Small operations to send through the pipeline.</summary>
internal static class Operations
{
    public static TextField Text { get; } = new("text") { NotEmpty = true };

    public static TextListMapField Map { get; } = new("attributes");

    public static ChoiceField<int> Choice { get; } = new("choice", [("one", 1), ("two", 2)]);

    public static RelationshipField Owner { get; } = new("owner", "user");

    public static ResourceShape Shape { get; } = new("ThingRequest", "thing") { Attributes = [Text, Map, Choice], Relationships = [Owner] };

    public static ApiOperation Get(Func<ApiRequest, ValueTask> handle, AccessRule? access = null) => new()
    {
        Id = "GetThing",
        Method = "GET",
        Path = "/test/thing",
        Tag = "Test",
        Summary = "A thing",
        Access = access ?? AccessRule.Needs(Permissions.CasesRead),
        Handle = handle,
    };

    public static ApiOperation Post(Func<ApiRequest, ValueTask> handle) => new()
    {
        Id = "CreateThing",
        Method = "POST",
        Path = "/test/thing",
        Tag = "Test",
        Summary = "A thing",
        Access = AccessRule.Needs(Permissions.CasesWrite),
        Body = Shape,
        Success = 201,
        Handle = handle,
    };

    /// <summary>Answers with one text.</summary>
    public static ValueTask Say(ApiRequest request, string text) => request.SendAsync(text, static (json, said) =>
    {
        json.WriteStartObject();
        json.WriteString("said"u8, said);
        json.WriteEndObject();
    });

    /// <summary>A body that fits <see cref="Shape"/>.</summary>
    public static string Body(string text = "hello") =>
        """{"data":{"type":"thing","attributes":{"text":"TEXT"}}}""".Replace("TEXT", text, StringComparison.Ordinal);

    /// <summary>A body with one attribute, whose value is given as JSON.</summary>
    public static string BodyWith(string attribute, string json) =>
        """{"data":{"type":"thing","attributes":{"NAME":VALUE}}}"""
            .Replace("NAME", attribute, StringComparison.Ordinal)
            .Replace("VALUE", json, StringComparison.Ordinal);
}
