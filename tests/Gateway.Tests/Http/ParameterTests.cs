using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Http;

public sealed class ParameterTests : IAsyncLifetime
{
    private GatewayServer _server = null!;
    private FakeOrg _org = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GatewayServer.StartAsync();
        _org = new FakeOrg(_server.Grains);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/api/v2/cases?page[size]=abc", "invalid parameter \"page[size]\" in \"query\"; expected type \"integer\" from 1 to 100")]
    [InlineData("/api/v2/cases?page%5Bsize%5D=101", "invalid parameter \"page[size]\" in \"query\"")]
    [InlineData("/api/v2/cases?page[size]=0", "invalid parameter \"page[size]\" in \"query\"")]
    [InlineData("/api/v2/cases?page[size]=-1", "invalid parameter \"page[size]\" in \"query\"")]
    [InlineData("/api/v2/cases?page[size]=99999999999999999999", "invalid parameter \"page[size]\" in \"query\"")]
    [InlineData("/api/v2/cases?page[number]=1.5", "invalid parameter \"page[number]\" in \"query\"")]
    [InlineData("/api/v2/cases?sort[field]=title", "expected one of created_at, priority, status")]
    [InlineData("/api/v2/cases?sort[asc]=maybe", "expected type \"boolean\"")]
    [InlineData("/api/v2/cases?filter=a%00b", "invalid parameter \"filter\" in \"query\"")]
    [InlineData("/api/v2/cases/NOC-1/timelines?page[number]=-1", "invalid parameter \"page[number]\" in \"query\"")]
    [InlineData("/api/v2/cases/NOC-1/timelines?sort[ascending]=1", "expected type \"boolean\"")]
    [InlineData("/api/v2/cases/projects/not-a-uuid", "invalid parameter \"ProjectID\" in \"path\"; expected type \"uuid\"")]
    [InlineData("/api/v2/users?page[size]=501", "invalid parameter \"page[size]\" in \"query\"")]
    [InlineData("/api/v2/users?sort=shoe_size", "invalid parameter \"sort\" in \"query\"")]
    [InlineData("/api/v2/users?filter[status]=Sleeping", "invalid parameter \"filter[status]\" in \"query\"")]
    public async Task A_parameter_that_cannot_be_read_is_named(string path, string detail)
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, path);

        var error = await response.ErrorAsync(400);
        error.Text("status").ShouldBe("400");
        error.Text("title").ShouldBe("Invalid Parameter");
        error.Text("detail")!.ShouldContain(detail);
    }

    [Fact]
    public async Task A_comments_id_is_called_CommentID()
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Delete, "/api/v2/cases/NOC-1/comment/17");

        (await response.ErrorAsync(400)).Text("detail").ShouldBe("invalid parameter \"CommentID\" in \"path\"; expected type \"uuid\"");
    }

    [Theory]
    [InlineData("status:(open", "expected")]
    [InlineData("\"never closed", "character")]
    [InlineData("priority:[P1 TO", "character")]
    public async Task A_malformed_search_is_refused_with_the_place(string query, string detail)
    {
        using var response = await _server.SendAsync(_org, HttpMethod.Get, $"/api/v2/cases?filter={Uri.EscapeDataString(query)}");

        var error = await response.ErrorAsync(400);
        error.Text("title").ShouldBe("Bad Request");
        error.Text("detail")!.ShouldContain(detail);
    }
}
