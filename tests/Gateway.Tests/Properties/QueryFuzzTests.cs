using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Gateway.Tests.Running;

namespace Switchboard.Gateway.Tests.Properties;

/// <summary>On the shared gateway and PostgreSQL, in an organisation of its own.</summary>
public sealed class QueryFuzzTests(RunningGatewayFixture fixture)
{
    private static readonly string[] _pieces =
    [
        "status:", "open", "(", ")", " OR ", " AND ", "NOT ", "-", "\"", "\\", "*", "team:", "[", " TO ", "]", ">", "<=", "priority:", "P1", "created_at:", "now-7d", "now-99999999999w",
        "due_date:", "2026-13-45", "size:", "1e400", "-0", "assignee:@me", "key:", "NOC-1", "'; drop table \"case\"; --", "%", "_", "日本", "\ud83d\ude00", " ", "\t", "\u0301", "{0}", "$1", "@",
    ];

    [Theory]
    [InlineData("/api/v2/cases?filter=")]
    [InlineData("/api/v2/cases/count?group_bys=status&query_filter=")]
    [InlineData("/api/v2/cases/export?filter=")]
    public async Task Whatever_query_comes_it_is_answered_or_refused_as_malformed(string door)
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var org = await fixture.NewOrgAsync();
        await org.NewCaseAsync(await org.NewProjectAsync());
        var answered = 0;
        for (var i = 0; i < 150; i++)
        {
            var query = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => _pieces[random.Next(_pieces.Length)]));
            using var answer = await org.SendRawAsync(HttpMethod.Get, door + Uri.EscapeDataString(query), null);
            ((int)answer.StatusCode is 200 or 400).ShouldBeTrue($"seed {seed}: {query} was answered with {answer.StatusCode}: {await answer.TextAsync()}");
            answered += answer.IsSuccessStatusCode ? 1 : 0;
        }

        answered.ShouldBeInRange(1, 149, $"seed {seed}");
    }
}
