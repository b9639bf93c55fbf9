using System.Globalization;
using System.Net;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults;

/// <summary>
/// Two processes on one database, each with activations of the same cases: what a cluster looks like at its worst moment.
/// </summary>
public sealed class TwoInstancesTests
{
    [Fact]
    public async Task Two_processes_on_one_database_lose_no_update()
    {
        await using var data = new DataRoot();
        await using var otherData = new DataRoot();
        await using var one = await HostProcess.StartAsync(data);
        File.Copy(Path.Combine(data.Path, "dev-credentials.json"), Path.Combine(otherData.Path, "dev-credentials.json"));
        await using var two = await HostProcess.StartAsync(
            otherData,
            "--Databases:CaseManagement:Primary", data.Server.ConnectionString("switchboard_case_management"),
            "--Databases:OnCall:Primary", data.Server.ConnectionString("switchboard_on_call"));
        using var first = one.Connect();
        using var second = two.Connect();
        var project = await first.CreateProjectAsync("TWO");
        var id = await first.OpenCaseAsync(project, "Shared");
        (await second.ReadCaseAsync(id))["title"]!.GetValue<string>().ShouldBe("Shared");

        const int updates = 100;
        var answers = await Task.WhenAll(Enumerable.Range(0, 2 * updates).Select(i =>
            (i % 2 == 0 ? first : second).UpdateAsync(id, "comment", new { comment = string.Create(CultureInfo.InvariantCulture, $"comment {i}") })));

        foreach (var answer in answers)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        }

        var messages = await data.QueryAsync(
            $"select content->>'message' from timeline_cell where case_id = '{id}' and kind = 'COMMENT'", row => row.GetString(0));
        messages.Order(StringComparer.Ordinal).ShouldBe(
            Enumerable.Range(0, 2 * updates).Select(i => string.Create(CultureInfo.InvariantCulture, $"comment {i}")).Order(StringComparer.Ordinal));
        await StoredCases.ShouldBeWholeAsync(data);

        // A write through one is read and searched through the other. Its own activation may be older; it must not be when it matters.
        (await first.UpdateAsync(id, "title", new { title = "Renamed through one" })).Status.ShouldBe(HttpStatusCode.OK);
        (await second.UpdateAsync(id, "priority", new { priority = "P1" })).Status.ShouldBe(HttpStatusCode.OK);
        var read = await second.ReadCaseAsync(id);
        read["title"]!.GetValue<string>().ShouldBe("Renamed through one");
        read["priority"]!.GetValue<string>().ShouldBe("P1");
        (await two.StopAsync()).ShouldBe(0);
        (await one.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Cases_opened_through_two_processes_never_share_a_number()
    {
        await using var data = new DataRoot();
        await using var otherData = new DataRoot();
        await using var one = await HostProcess.StartAsync(data);
        File.Copy(Path.Combine(data.Path, "dev-credentials.json"), Path.Combine(otherData.Path, "dev-credentials.json"));
        await using var two = await HostProcess.StartAsync(
            otherData,
            "--Databases:CaseManagement:Primary", data.Server.ConnectionString("switchboard_case_management"),
            "--Databases:OnCall:Primary", data.Server.ConnectionString("switchboard_on_call"));
        using var first = one.Connect();
        using var second = two.Connect();
        var project = await first.CreateProjectAsync("NUMBERS");

        var opened = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            var answer = await (i % 2 == 0 ? first : second).CreateCaseAsync(project, "Numbered");
            answer.Status.ShouldBe(HttpStatusCode.Created, one.Output + two.Output);
            return answer.Require(HttpStatusCode.Created)["data"]!["attributes"]!["key"]!.GetValue<string>();
        }));

        opened.Distinct().Count().ShouldBe(100);
        await StoredCases.ShouldBeWholeAsync(data);
    }
}
