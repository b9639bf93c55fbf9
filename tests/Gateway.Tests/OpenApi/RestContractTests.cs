using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.OpenApi;

/// <summary>
/// The REST contract in brief, checked in beside this file: a change of it is seen in review. A wanted
/// difference is accepted by running the test with <c>SWITCHBOARD_ACCEPT_CONTRACTS=1</c>.
/// </summary>
public sealed class RestContractTests
{
    [Fact]
    public async Task The_REST_contract_is_the_one_that_was_agreed()
    {
        await using var server = await GatewayServer.StartAsync();
        var text = new StringBuilder();
        var operations = server.Services.GetServices<IApiOperations>().SelectMany(group => group.Operations).ToList();
        foreach (var operation in operations.OrderBy(operation => operation.Path, StringComparer.Ordinal).ThenBy(operation => operation.Method, StringComparer.Ordinal))
        {
            text.Append($"{operation.Method} {operation.Path} = {operation.Id}, {operation.Access.Permission ?? (operation.Access.NeedsUser ? "any user" : operation.Access.IsOfSenders ? "integration key" : "API key")}\n");
            text.Append($"  {operation.Success} {operation.Response?.Name ?? "no body"} as {operation.StreamType ?? operation.MediaType}; {string.Join(' ', OpenApiDocument.RefusalsOf(operation))}\n");
            foreach (var parameter in operation.Parameters)
            {
                text.Append($"  {parameter.Place} {parameter.Name}{(parameter.Required ? "*" : "")}: {Describe(parameter.Schema)}\n");
            }

            if (operation.Body is { } body)
            {
                text.Append($"  takes {body.Name}\n");
            }
        }

        var roots = operations.SelectMany(operation => new[] { operation.Body?.Schema, operation.Response }).OfType<Schema>();
        foreach (var schema in SchemaJson.NamedIn(roots))
        {
            text.Append($"{schema.Name}\n");
            AppendMembers(text, schema, "  ");
        }

        ShouldMatch("RestContract.txt", text.ToString());
    }

    private static void AppendMembers(StringBuilder text, Schema schema, string indent)
    {
        foreach (var property in schema.Properties)
        {
            text.Append($"{indent}{property.Name}{(property.Required ? "*" : "")}: {Describe(property.Schema)}\n");
            var inner = property.Schema.Type == "array" ? property.Schema.Items! : property.Schema;
            if (inner.Name is null)
            {
                AppendMembers(text, inner, indent + "  ");
            }
        }
    }

    private static string Describe(Schema schema) => schema switch
    {
        { Name: { } name } => name,
        { Type: "array" } => $"[{Describe(schema.Items!)}]",
        { AdditionalProperties: { } values } => $"map of {Describe(values)}",
        { Choices.IsEmpty: false } => string.Join(" | ", schema.Choices),
        { Minimum: not null, Default: { } standard } => $"integer {schema.Minimum}..{schema.Maximum} = {standard}",
        { Minimum: not null } => $"integer {schema.Minimum}..{schema.Maximum}",
        { Format: { } format } => format,
        _ => schema.Type ?? "any",
    };

    private static void ShouldMatch(string file, string actual, [CallerFilePath] string test = "")
    {
        if (Environment.GetEnvironmentVariable("SWITCHBOARD_ACCEPT_CONTRACTS") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(test)!, file), actual);
            return;
        }

        var agreed = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "OpenApi", file)).ReplaceLineEndings("\n");
        actual.ShouldBe(agreed, $"{file} no longer describes the API. If the change is wanted, accept it with SWITCHBOARD_ACCEPT_CONTRACTS=1.");
    }
}
