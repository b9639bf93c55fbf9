using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Gateway.Speech.Billing;

/// <summary>An invoice as a page that prints on one sheet of paper.</summary>
internal static class InvoicePage
{
    private const string Style =
        """
        body{font:12pt/1.5 Georgia,serif;max-width:44em;margin:3em auto;padding:0 1em;color:#111}
        table{width:100%;border-collapse:collapse;margin:2em 0}th,td{padding:.4em .6em;border-bottom:1px solid #999;text-align:left}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tfoot td{font-weight:bold;border:0}.draft{color:#a00}
        @media (max-width:34em){body{font-size:11pt;margin:1.5em auto}th,td{padding:.4em .3em}}
        @media print{body{margin:0}}
        """;

    /// <summary>Allows the page its own style and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-ancestors 'none'";

    /// <summary>Writes the page.</summary>
    public static string Render(Invoice invoice, string seller, string customer)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Invoice ").Append(Text(invoice.Number)).Append("</title><style>")
            .Append(Style).Append("</style></head><body><h1>Invoice</h1>");
        if (!invoice.IsFinal)
        {
            page.Append("<p class=\"draft\">Draft: the month is not over.</p>");
        }

        page.Append("<p>").Append(Text(seller)).Append("<br>to ").Append(Text(customer)).Append("</p><p>Number ").Append(Text(invoice.Number))
            .Append("<br>Period ").Append(Day(invoice.Month)).Append(" to ").Append(Day(invoice.Month.AddMonths(1).AddDays(-1)))
            .Append("<br>Plan ").Append(Text(invoice.Plan)).Append("</p><table><thead><tr><th>What</th><th class=\"n\">Seconds of audio</th>")
            .Append("<th class=\"n\">Price</th><th class=\"n\">Amount</th></tr></thead><tbody>");
        foreach (var line in invoice.Lines)
        {
            page.Append("<tr><td>").Append(Text(line.Description)).Append("</td><td class=\"n\">")
                .Append(line.Milliseconds is { } milliseconds ? (milliseconds / 1000m).ToString("#,0.000", CultureInfo.InvariantCulture) : "")
                .Append("</td><td class=\"n\">").Append(line.UnitPrice.ToString("0.00##", CultureInfo.InvariantCulture))
                .Append(line.Milliseconds is null ? "" : " / hour").Append("</td><td class=\"n\">").Append(Money(line.Amount)).Append("</td></tr>");
        }

        return page.Append("</tbody><tfoot><tr><td colspan=\"3\">Total ").Append(Text(invoice.Currency.ToUpperInvariant())).Append("</td><td class=\"n\">")
            .Append(Money(invoice.Total)).Append("</td></tr></tfoot></table></body></html>").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Money(decimal amount) => amount.ToString("#,0.00", CultureInfo.InvariantCulture);
}
