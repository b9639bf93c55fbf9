namespace Switchboard.Storage.Tests.Search;

/// <summary>Random queries over what <see cref="SearchCases"/> makes, valid in form and in every value.</summary>
internal sealed class SearchTerms(Random random, SearchCases org)
{
    private static readonly string[] s_text =
    [
        "disk", "DISK", "disk*", "dis*", "full", "\"disk full\"", "\"full disk disks\"", "db-3", "db", "example.test", "\"db 4 example\"", "4.exam*", "naïve", "NAÏVE",
        "日本", "error_code", "error", "100%", "\"%\"", "\"_\"", "v1.2", "1.2", "12e5", "12", "ärger", "ÄRG*", "o'neil", "\"O'Neil\"", "a\\\\b", "\"(prod)\"", "x",
        "*isk*", "*%*", "*_c*", "d*f*", "*b-?*", "*", "nothing", "\"!!!\"", "\"\"", "\"disk,\"", "\"', \"", "🙂",
    ];

    private static readonly string[] s_facets =
    [
        "status:open", "status:IN_PROGRESS", "status:closed", "status:\"in progress\"", "status:pending_approval", "status:Approved", "status:c*", "status:*",
        "status_name:completed", "status_name:*o*", "status_name:nothing", "status_group:SG_OPEN", "status_group:closed", "status_group:(open OR in_progress)",
        "priority:P1", "priority:(P2 OR P3)", "priority:not_defined", "priority:p*", "priority:<=P2", "priority:[P2 TO P4]", "priority:>P4",
        "type:standard", "type:CHANGE_REQUEST", "type:\"change request\"", "type:c*", "type:nothing", "type_id:00000000-0000-0000-0000-000000000004",
        "key:noc-7", "key:SEC-*", "key:*1", "key:NOC_7", "public_id:12", "public_id:[10 TO 40]", "public_id:>=290", "public_id:<5",
        "project:NOC", "project.key:sec", "project:*E*", "project:NOPE",
        "assignee:@me", "assignee:none", "assignee:*", "-assignee:*", "has:assignee", "assignee:ana@example.test", "assignee:an*", "assignee:nobody@example.test",
        "created_by:@me", "created_by:BEN@example.test", "created_by:*@other.test", "modified_by:@me", "modified_by:none", "modified_by:a*",
        "team:web", "team:WEB-api", "team:\"b c\"", "team:\"it's\"", "team:\"a\\\\b\"", "team:50%", "team:snake_case", "team:\\*", "team:*", "team:\"\"", "team:w*", "team:*c*",
        "team:*_*", "team:s%", "team:(web OR api)", "team:(web api)", "team:(w* AND -web)", "service:日本", "service:x:y", "x.y-z_@:web", "has:team", "has:points", "has:nothing",
        "team:" + new string('l', 700), "team:" + new string('l', 701), "team:lll*", "team:" + new string('l', 700) + "*",
        "points:>1", "points:[2.5 TO 10]", "points:<0", "points:7", "points:007", "points:>=2", "creation_source:manual", "creation_source:EVENT*",
        "merge_status:NOT_MERGED", "merge_status:merged", "archived:true", "archived:false", "is_archived:*", "has:archived",
        "created_at:2026-03-01", "created_at:>=2026-03-05", "created_at:<2026-03-05T10:00:00Z", "created_at:[2026-03-01 TO 2026-03-03]", "created_at:>now-7d",
        "created_at:[now-2w TO now-36h]", "created_at:2026-03-05T10:00Z", "modified_at:>now-5d", "modified_at:*", "closed_at:[* TO 2026-03-08]", "closed_at:>now-1w", "has:closed_at",
        "has:description", "has:comments", "has:jira",
        "watcher:@me", "watcher:*", "watcher:none", "-watcher:@me", "watcher:ana@example.test", "watcher:an*", "watcher:*other*", "watcher:nobody@example.test", "has:watcher",
        "due_date:>now", "due_date:<now", "due_date:<=now", "due_date:2026-03-15", "due_date:[now-2d TO now+2d]", "due_date:*", "due_date:none", "due_date:>=2026-03-17", "has:due_date",
        "insight:monitor", "insight:monitor:12", "insight:\"security_signal:signal:x\"", "insight:*:13", "insight:*", "insight.type:MONITOR", "insight.type:s*", "insight:none", "has:insight",
        "resolved_reason:FALSE_POSITIVE", "resolved_reason:*positive", "resolved_reason:none", "has:resolved_reason",
        "closed_reason:DONE", "closed_reason:(duplicate OR wont_do)", "closed_reason:*", "closed_reason:none", "has:closed_reason",
        "size:12.5", "size:12.50", "size:1000", "size:1e3", "size:>100", "size:[-1 TO 12.5]", "size:>=9007199254740993", "size:*", "has:size", "size:1e40", "points:1e1",
        "runbook:\"https://docs.example.test/disk?x=1&y=2\"", "runbook:http*", "runbook:*test/", "team:data",
    ];

    public string Next() => random.Next(40) == 0 ? "" : Query(random.Next(1, 4));

    private string Query(int depth) => (depth == 0 ? 5 : random.Next(10)) switch
    {
        0 or 1 => $"{Query(depth - 1)} {Query(depth - 1)}",
        2 => $"({Query(depth - 1)} OR {Query(depth - 1)})",
        3 => $"-({Query(depth - 1)})",
        4 => $"({Query(depth - 1)}) AND NOT {Leaf()}",
        _ => Leaf(),
    };

    private string Leaf() => random.Next(12) switch
    {
        < 3 => s_text[random.Next(s_text.Length)],
        3 => $"project_id:{org.Projects[random.Next(org.Projects.Length)].Id}",
        4 => $"created_by:{org.Users[random.Next(org.Users.Length)].Id}",
        _ => s_facets[random.Next(s_facets.Length)],
    };
}
