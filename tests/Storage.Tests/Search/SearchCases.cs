using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Tests.Search;

/// <summary>An organisation's projects, users and cases, made at random from small sets so that queries find something.</summary>
internal sealed class SearchCases
{
    public static readonly DateTimeOffset Now = new(2026, 3, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_words =
        ["disk", "disks", "diskette", "full", "db-3", "db-4.example.test", "naïve", "日本", "error_code", "100%", "v1.2", "Ärger", "O'Neil", "a\\b", "(prod)", "12e5", "x"];

    private static readonly string[] s_values = ["web", "Web-API", "api", "b c", "it's", "a\\b", "50%", "snake_case", "*", "日本", "", "x:y", new('l', 700), new string('l', 700) + "2"];

    private static readonly string[] s_numbers = ["1", "2.5", "-3", "10", "007", "1e3", "12345678901234567890", "2,5", "5\n"];

    private static readonly (StatusGroup Group, string Name)[] s_statuses =
    [
        (StatusGroup.Open, "Open"), (StatusGroup.InProgress, "In Progress"), (StatusGroup.InProgress, "Pending Approval"),
        (StatusGroup.InProgress, "Approved"), (StatusGroup.Closed, "Closed"), (StatusGroup.Closed, "Completed"),
    ];

    private static readonly CaseInsight[] s_insights =
        [new("MONITOR", "/monitors/12", "12"), new("MONITOR", "/monitors/13", "13"), new("SECURITY_SIGNAL", "/signals/x", "Signal:X")];

    // "team" and "points" are also keys that any case may have.
    private static readonly (string Key, CustomValue[] Values)[] s_custom =
    [
        ("Size", [Number("12.50"), Number("1e3"), Number("-0.25"), Number("9007199254740993"), Number("1E-20"), Number("1e40")]),
        ("Runbook", [new("URL", false, ["https://docs.example.test/Disk?x=1&y=2"]), new("URL", true, ["http://a.test", "http://b.test/"])]),
        ("team", [new("SELECT", true, ["Web", "data"]), new("TEXT", false, ["api"])]),
        ("points", [Number("10"), Number("2.5")]),
    ];

    public static ImmutableArray<CaseType> Types { get; } =
    [
        new(new("00000000-0000-0000-0000-000000000001"), "Standard", "STANDARD", true, null!, null!, null!),
        new(new("00000000-0000-0000-0000-000000000004"), "Change Request", "CHANGE_REQUEST", true, null!, null!, null!),
    ];

    public required Guid OrgId { get; init; }

    public required ImmutableArray<(Guid Id, string Key)> Projects { get; init; }

    public required ImmutableArray<(Guid Id, string Email)> Users { get; init; }

    public required ImmutableArray<CaseSnapshot> Cases { get; init; }

    public SearchDirectory Directory => new(
        Projects.ToImmutableDictionary(static p => p.Id, static p => p.Key),
        Users.ToImmutableDictionary(static u => u.Id, static u => u.Email));

    private static CustomValue Number(string value) => new("NUMBER", false, [value]);

    /// <summary>The same seed gives the same organisation, but for its ids.</summary>
    public static SearchCases Make(int seed, int count)
    {
        var random = new Random(seed);
        var orgId = Guid.NewGuid();
        ImmutableArray<(Guid, string)> projects = [.. new[] { "NOC", "SEC", "WEB" }.Select(static key => (Guid.NewGuid(), key))];
        ImmutableArray<(Guid, string)> users = [.. new[] { "ana@example.test", "ben@example.test", "anton@other.test" }.Select(static e => (Guid.NewGuid(), e))];
        return new()
        {
            OrgId = orgId,
            Projects = projects,
            Users = users,
            Cases = [.. Enumerable.Range(1, count).Select(i => Case(random, orgId, i, projects, users))],
        };
    }

    private static CaseSnapshot Case(
        Random random, Guid orgId, int number, ImmutableArray<(Guid Id, string Key)> projects, ImmutableArray<(Guid Id, string Email)> users)
    {
        var project = projects[random.Next(projects.Length)];
        var status = s_statuses[random.Next(s_statuses.Length)];

        // Whole hours of a few days: many cases share a time, and the id decides.
        var created = Now.AddHours(-random.Next(24 * 20));
        var modified = random.Next(2) == 0 ? (DateTimeOffset?)null : created.AddMinutes(random.Next(10_000));
        return new()
        {
            OrgId = orgId,
            Id = Guid.NewGuid(),
            Version = 1,
            ProjectId = project.Id,
            Key = string.Create(CultureInfo.InvariantCulture, $"{project.Key}-{number}"),
            PublicId = number,
            TypeId = Types[random.Next(2)].Id,
            Title = Words(random, 1, 6),
            Description = random.Next(3) == 0 ? "" : Words(random, 1, 12),
            Priority = (CasePriority)random.Next(6),
            StatusName = status.Name,
            StatusGroup = status.Group,
            AssigneeId = random.Next(3) == 0 ? null : users[random.Next(users.Length)].Id,
            Attributes = Attributes(random),
            Details = Details(random, users),
            CreationSource = random.Next(4) == 0 ? "EVENT_MANAGEMENT" : "MANUAL",
            CreatedBy = users[random.Next(users.Length)].Id,
            CreatedAt = created,
            ModifiedBy = modified is null ? null : users[random.Next(users.Length)].Id,
            ModifiedAt = modified,
            ClosedAt = status.Group == StatusGroup.Closed ? created.AddDays(1) : null,
            ArchivedAt = random.Next(6) == 0 ? created.AddDays(2) : null,
            CommentCount = random.Next(3),
        };
    }

    private static CaseDetails Details(Random random, ImmutableArray<(Guid Id, string Email)> users) => random.Next(3) == 0 ? CaseDetails.None : new()
    {
        DueDate = random.Next(2) == 0 ? null : DateOnly.FromDateTime(Now.UtcDateTime).AddDays(random.Next(-5, 6)),
        Watchers = [.. users.Where(_ => random.Next(3) == 0).Select(static u => u.Id)],
        Insights = [.. s_insights.Where(_ => random.Next(4) == 0)],
        ResolvedReason = random.Next(3) == 0 ? random.Next(2) == 0 ? "FALSE_POSITIVE" : "TRUE_POSITIVE" : null,
        ClosedReason = random.Next(3) == 0 ? ClosedReasons.All[random.Next(ClosedReasons.All.Length)] : null,
        CustomValues = ImmutableSortedDictionary<string, CustomValue>.Empty.AddRange(
            s_custom.Where(_ => random.Next(2) == 0).Select(one => KeyValuePair.Create(one.Key, one.Values[random.Next(one.Values.Length)]))),
    };

    private static string Words(Random random, int least, int most) =>
        string.Join(random.Next(4) == 0 ? ", " : " ", Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => s_words[random.Next(s_words.Length)]));

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes(Random random)
    {
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        foreach (var key in (string[])["team", "service", "x.y-z_@"])
        {
            if (random.Next(3) > 0)
            {
                attributes = attributes.Add(key, [.. Enumerable.Range(0, random.Next(3)).Select(_ => s_values[random.Next(s_values.Length)])]);
            }
        }

        return random.Next(2) == 0 ? attributes : attributes.Add("points", [s_numbers[random.Next(s_numbers.Length)]]);
    }
}
