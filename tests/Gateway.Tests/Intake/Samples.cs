using System.Text;

namespace Switchboard.Gateway.Tests.Intake;

/// <summary>What senders send.</summary>
internal static class Samples
{
    /// <summary>A message of Alertmanager's webhook, version 4, with two alerts.</summary>
    public static string Alertmanager(string first, string second) =>
        $$"""
        {
          "receiver": "switchboard", "status": "{{(first == "resolved" && second == "resolved" ? "resolved" : "firing")}}",
          "alerts": [
            {
              "status": "{{first}}", "labels": {"alertname": "InstanceDown", "instance": "db-7:9100", "job": "node", "severity": "critical"},
              "annotations": {"summary": "db-7 is down"}, "startsAt": "2026-03-01T09:00:00.123Z", "endsAt": "0001-01-01T00:00:00Z",
              "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up", "fingerprint": "66214a361160fb6f"
            },
            {
              "status": "{{second}}", "labels": {"alertname": "InstanceDown", "instance": "db-8:9100", "job": "node", "severity": "warning"},
              "annotations": {"summary": "db-8 is down"}, "startsAt": "2026-03-01T09:00:30Z", "endsAt": "0001-01-01T00:00:00Z",
              "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up", "fingerprint": "77214a361160fb6f"
            }
          ],
          "groupLabels": {"alertname": "InstanceDown"}, "commonLabels": {"alertname": "InstanceDown", "job": "node"},
          "commonAnnotations": {"summary": "Instances are down"}, "externalURL": "http://alertmanager.example:9093",
          "version": "4", "groupKey": "{}:{alertname=\"InstanceDown\"}", "truncatedAlerts": 0
        }
        """;

    /// <summary>A mail in two forms, the text among them quoted-printable.</summary>
    public static byte[] Mail(string subject) => Encoding.UTF8.GetBytes(
        $"""
        Received: from monitor.example (monitor.example [192.0.2.7])
         by mx.example with ESMTPS; Sun, 1 Mar 2026 09:00:00 +0000
        From: "Monitor" <monitor@example.com>
        To: alerts@example.com
        Subject: {subject}
        Date: Sun, 1 Mar 2026 09:00:00 +0000
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary="b1"

        --b1
        Content-Type: text/html; charset=utf-8

        <p>not this one</p>
        --b1
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        97 % of /var is used =E2=80=93 soon=
         none is left
        --b1--
        """.ReplaceLineEndings("\r\n"));
}
