using System.Text;
using System.Text.Json;
using Switchboard.Grains.Intake;
using Switchboard.Grains.Intake.Senders;
using Switchboard.Intake;

namespace Switchboard.Grains.Tests.Intake;

/// <summary>Whatever bytes a stranger sends, the readers of messages answer, and what they let through is within its bounds.</summary>
public sealed class SenderFuzzTests
{
    private const int Rounds = 3_000;

    private static readonly string[] _words =
    [
        "version", "4", "groupKey", "status", "firing", "resolved", "alerts", "labels", "annotations", "summary", "title", "severity", "critical", "fingerprint", "startsAt",
        "routing_key", "event_action", "trigger", "resolve", "dedup_key", "payload", "source", "custom_details", "links", "href", "https://example.com", "tags",
        "0001-01-01T00:00:00Z", "2026-03-01T09:00:00Z", "\u0000", "\ud800", "\ud83d\ude00", "\u202e", "x\r\ny", "", "1e999",
    ];

    [Fact]
    public void Random_JSON_is_read_or_refused()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var mapping = new AlertMapping { Items = "/alerts", Title = "{/title} {/labels/0} {", DedupKey = "/dedup_key", Tags = "/labels", Status = "/status" };
        for (var round = 0; round < Rounds; round++)
        {
            var text = new StringBuilder();
            Write(text, random, 0);
            JsonElement root;
            try
            {
                root = JsonDocument.Parse(text.ToString()).RootElement;
            }
            catch (JsonException)
            {
                continue;
            }

            Check(AlertmanagerMessage.Read(root, AlertmanagerUnit.Group), $"seed {seed}, round {round}");
            Check(AlertmanagerMessage.Read(root, AlertmanagerUnit.Alert), $"seed {seed}, round {round}");
            Check(PagerDutyEvent.Read(root, "new"), $"seed {seed}, round {round}");
            Check(AlertMapping.Default.Read(root), $"seed {seed}, round {round}");
            Check(mapping.Read(root), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Mails_with_anything_changed_in_them_are_read_or_refused()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var whole = Encoding.UTF8.GetBytes(
            "From: a@example.com\r\nSubject: =?utf-8?B?RGlzaw==?= =?utf-8?Q?f=C3=BC?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
            + "Content-Type: multipart/alternative; boundary=\"c\"\r\n\r\n--c\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+aGk8L3A+\r\n--c--\r\n"
            + "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhello =E4=\r\n=0\r\n--b--\r\n");
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(1, 12); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var at = random.Next(bytes.Length);
            Check(MailMessage.Read(random.Next(4) == 0 ? bytes.AsSpan(at) : bytes), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void A_mail_of_nothing_but_nested_parts_ends()
    {
        var mail = new StringBuilder("Subject: deep\r\n");
        for (var i = 0; i < 2_000; i++)
        {
            mail.Append("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n");
        }

        Check(MailMessage.Read(Encoding.ASCII.GetBytes(mail.ToString())), "nested");
    }

    private static void Check(Parsed parsed, string seed)
    {
        if (!parsed.Succeeded)
        {
            parsed.Alerts.ShouldBeEmpty(seed);
            return;
        }

        parsed.Alerts.ShouldNotBeEmpty(seed);
        foreach (var alert in parsed.Alerts)
        {
            alert.Title.Length.ShouldBeInRange(1, Limits.CaseTitle, seed);
            alert.DedupKey.Length.ShouldBeInRange(1, Limits.DedupKey, seed);
            alert.Description.Length.ShouldBeLessThanOrEqualTo(Limits.AlertDescription, seed);
            alert.Tags.Count.ShouldBeLessThanOrEqualTo(Limits.AlertTags, seed);
            alert.Links.ShouldAllBe(static link => link.StartsWith("http", StringComparison.Ordinal), seed);
            foreach (var text in TextsOf(alert))
            {
                text.Any(static c => char.IsControl(c) && c != '\n').ShouldBeFalse(seed);
                new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text).ShouldBeGreaterThanOrEqualTo(0);
            }
        }
    }

    private static IEnumerable<string> TextsOf(IntakeAlert alert) =>
        new[] { alert.Title, alert.DedupKey, alert.Description, alert.Source ?? "", alert.Service ?? "", alert.Team ?? "", alert.Environment ?? "" }
            .Concat(alert.Tags.Keys).Concat(alert.Tags.Values);

    private static void Write(StringBuilder json, Random random, int depth)
    {
        switch (random.Next(depth > 4 ? 3 : 7))
        {
            case 0:
                json.Append(random.Next(-5, 1_000_000));
                break;
            case 1:
                json.Append(random.Next(3) switch { 0 => "true", 1 => "null", _ => "1e400" });
                break;
            case 2:
                json.Append(JsonSerializer.Serialize(Word(random)));
                break;
            case 3:
                json.Append('[');
                Many(() => Write(json, random, depth + 1));
                json.Append(']');
                break;
            default:
                json.Append('{');
                Many(() =>
                {
                    json.Append(JsonSerializer.Serialize(Word(random))).Append(':');
                    Write(json, random, depth + 1);
                });
                json.Append('}');
                break;
        }

        void Many(Action one)
        {
            for (var i = random.Next(8); i > 0; i--)
            {
                one();
                json.Append(i > 1 ? "," : "");
            }
        }
    }

    private static string Word(Random random) => random.Next(8) == 0 ? new string('x', random.Next(3_000)) : _words[random.Next(_words.Length)];
}
