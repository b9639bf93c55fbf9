using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Aggregates;
using Switchboard.Orgs;
using Switchboard.Projects;
using Switchboard.Timeline;

namespace Switchboard.Grains.Tests.Aggregates;

public sealed class AnswerJsonTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 3, 2, 10, 15, 30, TimeSpan.Zero).AddTicks(1_234_560);

    [Fact]
    public void A_case_reads_back_as_it_was_kept()
    {
        var kept = new CaseSnapshot
        {
            OrgId = Guid.NewGuid(),
            Id = Guid.NewGuid(),
            Version = 7,
            ProjectId = Guid.NewGuid(),
            Key = "NOC-1",
            PublicId = 12,
            TypeId = CaseTypes.Security.Id,
            Title = "\"<ü\ud83d\udd25>\"",
            Description = "d",
            Priority = CasePriority.P3,
            StatusName = "Closed",
            StatusGroup = StatusGroup.Closed,
            AssigneeId = Guid.NewGuid(),
            Attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["a", "b"]).Add("env", []),
            CreationSource = "EVENT",
            CreatedBy = Guid.NewGuid(),
            CreatedAt = At,
            ModifiedBy = Guid.NewGuid(),
            ModifiedAt = At,
            ClosedAt = At,
            ArchivedAt = At,
            CommentCount = 3,
        };

        var read = RoundTrip(kept, AnswerJson.Default.CaseSnapshot);

        read.Attributes.Select(pair => (pair.Key, string.Join('|', pair.Value))).ShouldBe([("env", ""), ("team", "a|b")]);
        (read with { Attributes = kept.Attributes }).ShouldBe(kept);
    }

    [Fact]
    public void A_case_without_the_members_that_may_be_absent_reads_back_without_them()
    {
        var kept = Cases.CaseStory.Opened().Case!;
        var read = RoundTrip(kept, AnswerJson.Default.CaseSnapshot);
        (read with { Attributes = kept.Attributes }).ShouldBe(kept);
    }

    [Fact]
    public void A_cell_reads_back_as_it_was_kept()
    {
        var kept = new TimelineCell
        {
            Id = Guid.NewGuid(),
            OrgId = Guid.NewGuid(),
            CaseId = Guid.NewGuid(),
            CaseVersion = 2,
            Kind = "COMMENT",
            Author = new Actor(ActorKind.ApiKey, Guid.NewGuid()),
            Content = """{"message":"\"x\""}""",
            CreatedAt = At,
            ModifiedAt = At,
            DeletedAt = At,
        };

        RoundTrip(kept, AnswerJson.Default.TimelineCell).ShouldBe(kept);
    }

    [Fact]
    public void A_project_reads_back_as_it_was_kept()
    {
        var kept = new ProjectSnapshot
        {
            OrgId = Guid.NewGuid(),
            Id = Guid.NewGuid(),
            Version = 2,
            Key = "NOC",
            Name = "n",
            Settings = ImmutableSortedDictionary<string, string>.Empty.Add("notification", """{"enabled":true}"""),
            EnabledCustomCaseTypes = ["a"],
            ColumnsConfig = "{}",
            TeamId = Guid.NewGuid(),
            CreatedBy = Guid.NewGuid(),
            CreatedAt = At,
            ModifiedAt = At,
            ModifiedBy = Guid.NewGuid(),
        };

        var read = RoundTrip(kept, AnswerJson.Default.ProjectSnapshot);

        read.Settings.ShouldBe(kept.Settings);
        read.EnabledCustomCaseTypes.ShouldBe(kept.EnabledCustomCaseTypes);
        (read with { Settings = kept.Settings, EnabledCustomCaseTypes = kept.EnabledCustomCaseTypes }).ShouldBe(kept);
    }

    [Fact]
    public void People_and_keys_read_back_as_they_were_kept()
    {
        var org = new OrgSnapshot { Id = Guid.NewGuid(), Version = 1, Name = "o", CreatedAt = At };
        RoundTrip(org, AnswerJson.Default.OrgSnapshot).ShouldBe(org);

        var user = new UserSnapshot
        {
            OrgId = org.Id,
            Id = Guid.NewGuid(),
            Version = 3,
            Email = "a@b",
            Name = "A",
            Title = "t",
            Roles = [Roles.Admin],
            Disabled = true,
            Verified = true,
            ServiceAccount = true,
            CreatedAt = At,
            ModifiedAt = At,
        };
        var readUser = RoundTrip(user, AnswerJson.Default.UserSnapshot);
        readUser.Roles.ShouldBe(user.Roles);
        (readUser with { Roles = user.Roles }).ShouldBe(user);

        var key = new KeySnapshot
        {
            OrgId = org.Id,
            Id = Guid.NewGuid(),
            Version = 3,
            Kind = KeyKind.Application,
            Hash = "h",
            Prefix = "p",
            Last4 = "l",
            Name = "n",
            UserId = user.Id,
            Scopes = [Permissions.CasesRead],
            ExpiresAt = At,
            Disabled = true,
            RevokedAt = At,
            CreatedAt = At,
            RequestsPerSecond = 5,
        };
        var readKey = RoundTrip(key, AnswerJson.Default.KeySnapshot);
        readKey.Scopes.ShouldBe(key.Scopes);
        (readKey with { Scopes = key.Scopes }).ShouldBe(key);
    }

    private static T RoundTrip<T>(T kept, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(kept, type), type).ShouldNotBeNull();
}
