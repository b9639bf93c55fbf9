using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Switchboard.Gateway.OpenApi;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Properties;

/// <summary>On the shared gateway and PostgreSQL, in an organisation of its own. The client of the organisation holds every answer against the OpenAPI document.</summary>
public sealed partial class BodyFuzzTests(RunningGatewayFixture fixture)
{
    private const int BodiesOfEach = 8;

    private static readonly string[] _scraps =
    [
        "null", "[]", "{}", "\"\"", "0", "-1", "1e999", "0.00000000000000000000000000000000001", "true", "\"\\u0000\"", "\"\\ud800\"", "\"P9\"", "\"=1+1\"", "[[]]",
        "{\"data\":null}", "\"2026-13-45\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"00000000-0000-0000-0000-000000000000\"", "99999999999999999999999999",
    ];

    [Fact]
    public async Task Whatever_body_is_sent_to_an_operation_it_is_answered_as_documented_and_never_with_a_fault()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var org = await fixture.NewOrgAsync();
        var project = await org.NewProjectAsync();
        string[] ids = [(await org.NewCaseAsync(project)).Id(), project, org.UserId.ToString(), Documents.StandardType, Guid.NewGuid().ToString()];
        foreach (var operation in org.Gateway.Operations.Where(static one => one.Body is not null))
        {
            for (var n = 0; n < BodiesOfEach; n++)
            {
                var path = PathParameter().Replace(operation.Path, _ => ids[random.Next(ids.Length)]);
                var body = Mutated(Sample(operation.Body!.Schema, ids, random), random);

                using var response = await org.SendRawAsync(new HttpMethod(operation.Method), path, body);

                ((int)response.StatusCode).ShouldBeLessThan(500, $"seed {seed}: {operation.Method} {path} {body}");
            }
        }
    }

    /// <summary>A body that fits a schema, or nearly.</summary>
    private static string Sample(Schema schema, string[] ids, Random random)
    {
        if (random.Next(25) == 0)
        {
            return _scraps[random.Next(_scraps.Length)];
        }

        if (!schema.Choices.IsEmpty)
        {
            return JsonSerializer.Serialize(schema.Choices[random.Next(schema.Choices.Length)]);
        }

        switch (schema.Type)
        {
            case "object":
                var members = schema.Properties
                    .Where(one => one.Required || random.Next(3) > 0)
                    .Select(one => $"\"{one.Name}\":{Sample(one.Schema, ids, random)}");
                string[] free = schema.AdditionalProperties is { } values ? [$"\"key{random.Next(3)}\":{Sample(values, ids, random)}"] : [];
                return $"{{{string.Join(',', members.Concat(free))}}}";
            case "array":
                return $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Sample(schema.Items ?? Schema.Text, ids, random)))}]";
            case "string" when schema.Format == "uuid":
                return JsonSerializer.Serialize(ids[random.Next(ids.Length)]);
            case "string" when schema.Format == "date-time":
                return "\"2026-01-02T03:04:05Z\"";
            case "string":
                return random.Next(3) == 0 ? JsonSerializer.Serialize(ids[random.Next(ids.Length)]) : $"\"text {random.Next(1000)}\"";
            case "boolean":
                return random.Next(2) == 0 ? "true" : "false";
            case "integer" or "number":
                return random.Next(-5, 1000).ToString(CultureInfo.InvariantCulture);
            default:
                return _scraps[random.Next(_scraps.Length)];
        }
    }

    private static string Mutated(string body, Random random)
    {
        var text = new StringBuilder(body);
        for (var times = random.Next(3); times > 0 && text.Length > 2; times--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, _scraps[random.Next(_scraps.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x2000);
                    break;
                case 3:
                    text.Length = at;
                    break;
                default:
                    text.Insert(at, text.ToString(at, Math.Min(40, text.Length - at)));
                    break;
            }
        }

        return text.ToString();
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex PathParameter();
}
