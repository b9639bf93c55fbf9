using System.Text;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Intake.Senders;
using Switchboard.Intake;

namespace Switchboard.Grains.Tests.Intake;

public sealed class SenderTests
{
    [Fact]
    public void A_PagerDuty_trigger_says_everything_that_there_is()
    {
        var alert = PagerDutyEvent.Read(
            Json(
                """
                {
                  "routing_key": "k", "event_action": "trigger", "dedup_key": "srv01/HTTP", "client": "Sensu", "client_url": "https://monitoring.example.com",
                  "payload": {
                    "summary": "Example alert on host1.example.com", "timestamp": "2015-07-17T08:42:58.315+0000", "source": "monitoringtool:host1", "severity": "error",
                    "component": "postgres", "group": "prod-datapipe", "class": "deploy", "custom_details": {"ping time": "1500ms", "load avg": 0.75}
                  },
                  "images": [{"src": "https://chart.example.com/1.png", "href": "https://example.com/", "alt": "x"}], "links": [{"href": "ftp://no.example.com"}]
                }
                """),
            "new").Alerts.ShouldHaveSingleItem();

        (alert.DedupKey, alert.Status, alert.Title, alert.Priority, alert.Source)
            .ShouldBe(("srv01/HTTP", AlertStatus.Trigger, "Example alert on host1.example.com", CasePriority.P2, "monitoringtool:host1"));
        alert.Tags.ShouldBe(
            [new("class", "deploy"), new("component", "postgres"), new("group", "prod-datapipe"), new("load avg", "0.75"), new("ping time", "1500ms")]);
        alert.Links.ShouldBe(["https://example.com/", "https://monitoring.example.com"]);
        alert.StartsAt.ShouldBe(new DateTimeOffset(2015, 7, 17, 8, 42, 58, 315, TimeSpan.Zero));
    }

    [Fact]
    public void A_long_key_is_cut_and_stays_its_own()
    {
        var (one, other) = (AlertText.Key(new string('a', 1_000) + "1")!, AlertText.Key(new string('a', 1_000) + "2")!);
        one.ShouldNotBe(other);
        one.Length.ShouldBeLessThanOrEqualTo(Limits.DedupKey);
        AlertText.Key("  \u0001 ").ShouldBeNull();
    }

    [Theory]
    [InlineData("Re: [FIRING:2] Disk full", "Disk full", AlertStatus.Trigger)]
    [InlineData("[RESOLVED] Disk full", "Disk full", AlertStatus.Resolve)]
    [InlineData("RECOVERY: Disk full", "Disk full", AlertStatus.Resolve)]
    [InlineData("FWD: Re: Acknowledged: Disk full", "Disk full", AlertStatus.Acknowledge)]
    [InlineData("Resolved it myself", "Resolved it myself", AlertStatus.Trigger)]
    [InlineData("[OK]", "[OK]", AlertStatus.Resolve)]
    public void A_mails_subject_says_what_it_is_about_and_how_it_stands(string subject, string title, AlertStatus status)
    {
        var alert = MailMessage.Read(Encoding.UTF8.GetBytes($"Subject: {subject}\n\nbody")).Alerts.ShouldHaveSingleItem();
        (alert.Title, alert.DedupKey, alert.Status, alert.Description).ShouldBe((title, title, status, "body"));
    }

    [Fact]
    public void A_mails_headers_win_over_its_subject()
    {
        var alert = MailMessage.Read("Subject: [FIRING] x\nX-Dedup-Key: k\nX-Alert-Status: resolve\nX-Priority: 1 (Highest)\nSubject: forged\n\n"u8).Alerts.ShouldHaveSingleItem();
        (alert.Title, alert.DedupKey, alert.Status, alert.Priority).ShouldBe(("x", "k", AlertStatus.Resolve, CasePriority.P1));
    }

    [Fact]
    public void A_mail_of_HTML_alone_is_read_without_its_tags()
    {
        var alert = MailMessage.Read(
            "Subject: x\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n<html><style>p{}</style><p>Load &gt; 5</p><br>on db-7</html>"u8).Alerts.ShouldHaveSingleItem();
        alert.Description.ShouldContain("Load > 5");
        alert.Description.ShouldContain("on db-7");
        alert.Description.ShouldNotContain("<");
        alert.Description.ShouldNotContain("p{}");
    }

    [Fact]
    public void What_is_no_mail_is_refused() => MailMessage.Read("{\"not\": \"a mail\"}"u8).Problems.ShouldHaveSingleItem().ShouldContain("RFC 5322");

    [Theory]
    [InlineData("/b/0/c", "1")]
    [InlineData("/a/1", null)]
    [InlineData("/a/-", null)]
    [InlineData("/x~1y/z~0", "2")]
    [InlineData("/a/00", null)]
    public void A_pointer_leads_to_its_place(string pointer, string? value)
    {
        JsonPointer.IsValid(pointer).ShouldBeTrue();
        JsonPointer.TextOf(JsonPointer.Find(Json("""{"a":[1],"b":[{"c":1}],"x/y":{"z~":2}}"""), pointer)).ShouldBe(value);
    }

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("db-*", "DB-7", true)]
    [InlineData("db-*", "web-7", false)]
    [InlineData("*.*", "a.b", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("", "", true)]
    [InlineData("**************************b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_routes_pattern_matches_whole_values(string pattern, string value, bool matches)
    {
        var alert = new IntakeAlert { DedupKey = "k", Status = AlertStatus.Trigger, Title = "t", Source = value };
        AlertFields.Matches(alert, new IntakeRoute { Match = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("source", pattern) }).ShouldBe(matches);
    }

    [Fact]
    public void Service_team_and_environment_are_taken_from_labels_where_nothing_else_says_them()
    {
        var rules = new IntegrationRules { ProjectId = Guid.NewGuid(), TypeId = Guid.NewGuid() };
        var alert = new IntakeAlert
        {
            DedupKey = "k",
            Status = AlertStatus.Trigger,
            Title = "t",
            Team = "own",
            Tags = AlertText.Tags([new("job", "node"), new("env", "prod"), new("team", "other")]),
        };
        var routed = AlertRouting.Route(rules, alert)!.Alert;
        (routed.Service, routed.Team, routed.Environment).ShouldBe(("node", "own", "prod"));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
