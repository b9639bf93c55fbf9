using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Search;

namespace Switchboard.Grains.Tests.Search;

public sealed class SearchBinderTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 15, 12, 30, 0, TimeSpan.Zero);
    private static readonly Guid s_me = new("11111111-1111-4111-8111-111111111111");

    private static readonly CaseSnapshot s_case = new()
    {
        OrgId = Guid.NewGuid(),
        Id = Guid.NewGuid(),
        Version = 1,
        ProjectId = new("22222222-2222-4222-8222-222222222222"),
        Key = "NOC-42",
        PublicId = 1093,
        TypeId = CaseTypeOf(4).Id,
        Title = "Disk full on db-3.example.test",
        Description = "first line\nsecond line, naïve",
        Priority = CasePriority.P2,
        StatusName = "Pending Approval",
        StatusGroup = StatusGroup.InProgress,
        AssigneeId = s_me,
        Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty
            .Add("team", ["Web", "Case-Management"]).Add("points", ["2.5", "many"]).Add("empty", []),
        CreatedBy = s_me,
        CreatedAt = new(2026, 3, 14, 10, 0, 30, TimeSpan.Zero),
        CommentCount = 1,
    };

    private static readonly SearchMatcher s_matcher = new(new(
        ImmutableDictionary<Guid, string>.Empty.Add(s_case.ProjectId, "NOC"),
        ImmutableDictionary<Guid, string>.Empty.Add(s_me, "ana@example.test")));

    [Theory]
    [InlineData("")]
    [InlineData("disk")]
    [InlineData("DISK full")]
    [InlineData("dis*")]
    [InlineData("\"disk full\"")]
    [InlineData("db-3")]
    [InlineData("example.test")]
    [InlineData("second")]
    [InlineData("\"line second\"")]
    [InlineData("NAÏVE")]
    [InlineData("*ull*")]
    [InlineData("d*3")]
    [InlineData("\"-\"")]
    [InlineData("status:in_progress")]
    [InlineData("status:\"pending approval\"")]
    [InlineData("status:PENDING_APPROVAL")]
    [InlineData("status:pend*")]
    [InlineData("status_name:\"Pending Approval\"")]
    [InlineData("status_group:SG_IN_PROGRESS")]
    [InlineData("-status:closed")]
    [InlineData("priority:p2")]
    [InlineData("priority:(P1 OR P2)")]
    [InlineData("priority:[P1 TO P3]")]
    [InlineData("priority:<P3")]
    [InlineData("-priority:NOT_DEFINED")]
    [InlineData("type:\"change request\"")]
    [InlineData("type:CHANGE_REQUEST")]
    [InlineData("type_id:00000000-0000-0000-0000-000000000004")]
    [InlineData("key:noc-42")]
    [InlineData("key:NOC-*")]
    [InlineData("public_id:1093")]
    [InlineData("public_id:[1000 TO 1093]")]
    [InlineData("project:noc")]
    [InlineData("project.key:N*")]
    [InlineData("project_id:22222222-2222-4222-8222-222222222222")]
    [InlineData("assignee:@me")]
    [InlineData("assignee:ana@example.test")]
    [InlineData("assignee:11111111-1111-4111-8111-111111111111")]
    [InlineData("assignee:*")]
    [InlineData("has:assignee")]
    [InlineData("modified_by:none")]
    [InlineData("created_by:*@example.test")]
    [InlineData("team:web")]
    [InlineData("team:(web AND case-*)")]
    [InlineData("has:team -has:empty -has:other")]
    [InlineData("points:>=2.5")]
    [InlineData("points:[2 TO 3]")]
    [InlineData("creation_source:manual")]
    [InlineData("merge_status:NOT_MERGED")]
    [InlineData("archived:false")]
    [InlineData("archived:*")]
    [InlineData("created_at:2026-03-14")]
    [InlineData("created_at:2026-03-14T10:00Z")]
    [InlineData("created_at:2026-03-14T12:00:30+02:00")]
    [InlineData("created_at:[2026-03-13 TO 2026-03-14]")]
    [InlineData("created_at:<=2026-03-14")]
    [InlineData("created_at:<2026-03-15")]
    [InlineData("created_at:>2026-03-13")]
    [InlineData("created_at:>now-27h")]
    [InlineData("created_at:[now-2d TO now]")]
    [InlineData("created_at:>=now-99999999w")]
    [InlineData("-modified_at:>2026-01-01")]
    [InlineData("-closed_at:*")]
    [InlineData("has:description has:comments")]
    [InlineData("-watcher:@me -has:jira -due_date:<now")]
    [InlineData("watcher:none due_date:none -has:insight resolved_reason:none")]
    public void The_case_matches(string query) => Matches(query).ShouldBeTrue(query);

    [Theory]
    [InlineData("disks")]
    [InlineData("\"full disk\"")]
    [InlineData("\"test first\"")]
    [InlineData("sec")]
    [InlineData("*line*")]
    [InlineData("status:open")]
    [InlineData("status:\"in progress\"")]
    [InlineData("status:no-such-status")]
    [InlineData("priority:>P2")]
    [InlineData("-priority:P*")]
    [InlineData("type:standard")]
    [InlineData("type:no-such-type")]
    [InlineData("key:NOC-4")]
    [InlineData("public_id:>1093")]
    [InlineData("project:NO")]
    [InlineData("-assignee:*")]
    [InlineData("assignee:none")]
    [InlineData("assignee:nobody@example.test")]
    [InlineData("modified_by:@me")]
    [InlineData("team:we")]
    [InlineData("team:\"web*\"")]
    [InlineData("points:>2.5")]
    [InlineData("archived:true")]
    [InlineData("merge_status:MERGED")]
    [InlineData("created_at:2026-03-13")]
    [InlineData("created_at:>2026-03-14")]
    [InlineData("created_at:<2026-03-14")]
    [InlineData("created_at:>now")]
    [InlineData("modified_at:>2026-01-01")]
    [InlineData("watcher:@me")]
    public void The_case_does_not_match(string query) => Matches(query).ShouldBeFalse(query);

    [Theory]
    [InlineData("priority:P9", "facet 'priority': there is no priority 'P9'; use P1, P2, P3, P4, P5 or NOT_DEFINED")]
    [InlineData("priority:[P0 TO P3]", "bounds from P1 to P5")]
    [InlineData("priority:>NOT_DEFINED", "bounds from P1 to P5")]
    [InlineData("status_group:done", "there is no status group 'done'")]
    [InlineData("merge_status:maybe", "there is no merge status 'maybe'")]
    [InlineData("type_id:standard", "'standard' is not a UUID")]
    [InlineData("project_id:NOC", "'NOC' is not a UUID")]
    [InlineData("project_id:{22222222-2222-4222-8222-222222222222}", "is not a UUID")]
    [InlineData("public_id:x", "is not a whole number")]
    [InlineData("public_id:-1", "is not a whole number")]
    [InlineData("public_id:99999999999999999999", "is not a whole number")]
    [InlineData("archived:maybe", "neither true nor false")]
    [InlineData("created_at:yesterday", "'yesterday' is not a date")]
    [InlineData("created_at:[x TO y]", "'x TO y' is not a date")]
    [InlineData("created_at:2026-02-30", "is not a date")]
    [InlineData("created_at:>now-7y", "is not a date")]
    [InlineData("created_at:>now-d", "is not a date")]
    [InlineData("created_at:now7d", "is not a date")]
    [InlineData("due_date:soon", "is not a date")]
    [InlineData("status:>open", "have no order")]
    [InlineData("assignee:[a TO b]", "have no order")]
    [InlineData("team:[a TO b]", "compares numbers")]
    [InlineData("points:>1e30", "compares numbers")]
    [InlineData("has:*", "does not name a facet")]
    [InlineData("a OR (b AND -priority:P9)", "there is no priority 'P9'")]
    public void A_value_that_cannot_be_meant_is_refused_with_what_can(string query, string detail)
    {
        var refused = Bind(query);
        refused.Succeeded.ShouldBeFalse(query);
        refused.Error.Kind.ShouldBe(ErrorKind.Malformed);
        refused.Error.Detail.ShouldNotBeNull().ShouldContain(detail);
    }

    [Fact]
    public void Archived_cases_are_left_out_unless_the_query_speaks_of_them()
    {
        var archived = s_case with { ArchivedAt = s_now };
        Matches("", archived).ShouldBeFalse();
        Matches("disk", archived).ShouldBeFalse();
        Matches("archived:true", archived).ShouldBeTrue();
        Matches("disk is_archived:*", archived).ShouldBeTrue();
        Matches("has:archived", archived).ShouldBeTrue();
        Matches("archived:false", archived).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_is_not_me()
    {
        var nobody = SearchBinder.Bind(SearchQuery.Parse("assignee:@me").Value!, new(Guid.Empty, s_now, [])).Value.ShouldNotBeNull();
        s_matcher.Matches(nobody, s_case with { AssigneeId = Guid.Empty }).ShouldBeFalse();
    }

    [Fact]
    public void Exclusions_of_a_closed_set_become_the_rest_of_it()
    {
        var filter = Bind("-status:closed -priority:(P1 OR P2)").Value.ShouldBeOfType<AllFilter>();
        filter.Parts.OfType<StatusGroupFilter>().Single().Any.ShouldBe([StatusGroup.Open, StatusGroup.InProgress]);
        filter.Parts.OfType<PriorityFilter>().Single().Any.ShouldBe([CasePriority.NotDefined, CasePriority.P3, CasePriority.P4, CasePriority.P5]);
    }

    [Theory]
    [InlineData("a*a", "aa", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*b*c", "axbxc", true)]
    [InlineData("a*b*c", "abxb", false)]
    [InlineData("*aab", "aaab", true)]
    [InlineData("a**b", "ab", true)]
    public void A_pattern_matches_whole_values(string pattern, string text, bool matches)
    {
        var wildcard = new WildcardValue([.. pattern.Split('*')]);
        TextPattern.Of(wildcard).ShouldNotBeNull().Matches(text).ShouldBe(matches);
    }

    private static bool Matches(string query, CaseSnapshot? @case = null) =>
        s_matcher.Matches(Bind(query).Value.ShouldNotBeNull(query), @case ?? s_case);

    private static Outcome<CaseFilter> Bind(string query) =>
        SearchBinder.Bind(SearchQuery.Parse(query).Value.ShouldNotBeNull(query), new(s_me, s_now, [CaseTypeOf(1), CaseTypeOf(4)]));

    private static CaseType CaseTypeOf(byte number) => new(
        new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number),
        number == 1 ? "Standard" : "Change Request", number == 1 ? "STANDARD" : "CHANGE_REQUEST", true, null!, null!, null!);
}
