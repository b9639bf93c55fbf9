using System.Globalization;
using Switchboard.EndToEnd.Instances;

namespace Switchboard.EndToEnd.Faults;

/// <summary>Holds what the database has against what clients were told.</summary>
internal static class StoredCases
{
    /// <summary>Every acknowledged write is there.</summary>
    public static async Task ShouldHoldAsync(DataRoot data, IReadOnlyDictionary<string, CaseRecord> acknowledged)
    {
        acknowledged.ShouldNotBeEmpty();
        var titles = (await data.QueryAsync("select id::text, title from \"case\"", row => (Id: row.GetString(0), Title: row.GetString(1))))
            .ToDictionary(row => row.Id, row => row.Title);
        var comments = (await data.QueryAsync(
                "select case_id::text, content->>'message' from timeline_cell where kind = 'COMMENT' and deleted_at is null",
                row => (Case: row.GetString(0), Message: row.GetString(1))))
            .ToLookup(row => row.Case, row => row.Message);
        foreach (var (id, record) in acknowledged)
        {
            titles.ShouldContainKey(id);
            var step = titles[id].StartsWith("step ", StringComparison.Ordinal) ? int.Parse(titles[id].AsSpan(5), CultureInfo.InvariantCulture) : 0;
            step.ShouldBeInRange(record.AcknowledgedStep, record.AttemptedStep, $"case {id}");
            foreach (var comment in record.AcknowledgedComments)
            {
                comments[id].Count(message => message == string.Create(CultureInfo.InvariantCulture, $"comment {comment}")).ShouldBe(1, $"case {id}, comment {comment}");
            }
        }
    }

    /// <summary>
    /// No command is there in part: every stream's versions are gapless, every state row is at its stream's last version, every case has
    /// its search row and one opening, and no number was given twice.
    /// </summary>
    public static async Task ShouldBeWholeAsync(DataRoot data)
    {
        await ShouldBeEmptyAsync("streams with gaps", """
            select stream_id::text from domain_events group by stream_id having max(version) <> count(*) or min(version) <> 1
            """);
        await ShouldBeEmptyAsync("cases that are not at their last event", """
            select c.id::text from "case" c left join (select stream_id, max(version) last from domain_events group by stream_id) e on e.stream_id = c.id
            where e.last is distinct from c.version
            """);
        await ShouldBeEmptyAsync("case streams without a case", """
            select stream_id::text from domain_events e where stream_type = 'case' and not exists (select from "case" c where c.id = e.stream_id)
            """);
        await ShouldBeEmptyAsync("cases without their search row", """
            select c.id::text from "case" c where not exists (select from case_text t where t.case_id = c.id and t.title = c.title)
            """);
        await ShouldBeEmptyAsync("cases whose comments are miscounted", """
            select c.id::text from "case" c where comment_count <> (
                select count(*) from timeline_cell t where t.case_id = c.id and kind = 'COMMENT' and deleted_at is null)
            """);
        await ShouldBeEmptyAsync("public numbers given twice", """
            select public_id::text from "case" group by org_id, public_id having count(*) > 1
            """);

        async Task ShouldBeEmptyAsync(string what, string sql) => (await data.QueryAsync(sql, row => row.GetString(0))).ShouldBeEmpty(what);
    }
}
