using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Orleans;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Speech.Billing;
using Switchboard.Grains.Speech.Usage;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>What speech costs an organisation: balance, cost by group, invoices.</summary>
internal sealed class BillingCalls(IUsageReports reports, IOptions<BillingOptions> options, IGrainFactory grains, TimeProvider time)
{
    private const decimal MillisecondsPerHour = 3_600_000m;
    private const decimal Micros = 1_000_000m;

    public async ValueTask BalancesAsync(SpeechCall call)
    {
        var amount = await BalanceOfAsync(call);
        await call.SendAsync(json =>
        {
            json.WriteStartArray("balances"u8);
            json.WriteStartObject();
            WriteBalance(json, call.OrgId, amount);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    public async ValueTask BalanceAsync(SpeechCall call)
    {
        if (call.Id("balance_id") != call.OrgId)
        {
            await call.RefuseAsync(SpeechCall.NotFound("Balance not found."));
            return;
        }

        var amount = await BalanceOfAsync(call);
        await call.SendAsync(json => WriteBalance(json, call.OrgId, amount));
    }

    public async ValueTask BreakdownAsync(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        var grouping = call.Text("grouping");
        var by = grouping switch
        {
            null or "deployment" or "line_item" => UsageGrouping.Nothing,
            "accessor" => UsageGrouping.Key,
            "tags" => UsageGrouping.Tags,
            _ => (UsageGrouping?)null,
        };
        if (filter is null || by is null)
        {
            await call.RefuseAsync(refusal ?? SpeechError.InvalidParameter(
                $"grouping is '{Quoted.Cut(grouping!)}'; it must be accessor, deployment, line_item or tags"));
            return;
        }

        var (_, plan) = options.Value.PlanOf((await reports.AccountAsync(call.OrgId, call.Aborted)).Plan);
        var sums = await reports.SumAsync(filter, by.Value, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteDay("start", filter.From);
            json.WriteDay("end", filter.To.AddTicks(-1));
            json.WriteResolution();
            json.WriteStartArray("results"u8);
            foreach (var sum in sums)
            {
                var live = sum.LiveMilliseconds * plan.LivePerHour / MillisecondsPerHour;
                var file = sum.FileMilliseconds * plan.FilePerHour / MillisecondsPerHour;
                if (grouping == "line_item")
                {
                    WriteCost(json, filter, grouping, live, UsageMeters.LiveAudio, sum);
                    WriteCost(json, filter, grouping, file, UsageMeters.FileAudio, sum);
                }
                else
                {
                    WriteCost(json, filter, grouping, live + file, null, sum);
                }
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask FieldsAsync(SpeechCall call)
    {
        var (filter, refusal) = Period.Read(call, time.GetUtcNow());
        if (filter is null)
        {
            await call.RefuseAsync(refusal!);
            return;
        }

        var fields = await reports.FieldsAsync(filter, call.Aborted);
        await call.SendAsync(json =>
        {
            json.WriteTexts("accessors", fields.Keys.Select(static key => key.ToString()));
            json.WriteTexts("deployments", ["self-hosted"]);
            json.WriteTexts("tags", fields.Tags);
            json.WriteStartObject("line_items"u8);
            json.WriteString(UsageMeters.LiveAudio, "Live transcription"u8);
            json.WriteString(UsageMeters.FileAudio, "File transcription"u8);
            json.WriteEndObject();
        });
    }

    public ValueTask PurchasesAsync(SpeechCall call) => call.SendAsync(static json =>
    {
        // What was paid in is booked by the operator as a sum, not as orders.
        json.WriteStartArray("orders"u8);
        json.WriteEndArray();
    });

    public async ValueTask InvoicesAsync(SpeechCall call)
    {
        var (usage, account) = await ReadAsync(call);
        var invoices = usage.Select(static used => used.Month).Distinct().OrderDescending().Select(month => InvoiceOf(call, month, usage, account)).ToList();
        await call.SendAsync(json =>
        {
            json.WriteStartArray("invoices"u8);
            foreach (var invoice in invoices)
            {
                json.WriteStartObject();
                WriteInvoice(json, invoice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async ValueTask InvoiceAsync(SpeechCall call)
    {
        var part = call.Part("month");
        var asPage = part.EndsWith(".html", StringComparison.Ordinal);
        if (!DateOnly.TryParseExact(asPage ? part[..^5] : part, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month))
        {
            await call.RefuseAsync(SpeechCall.NotFound("Invoice not found; name a month as 2026-11, or 2026-11.html for a page to print."));
            return;
        }

        var (usage, account) = await ReadAsync(call);
        var invoice = InvoiceOf(call, month, usage, account);
        if (!asPage)
        {
            await call.SendAsync(json => WriteInvoice(json, invoice));
            return;
        }

        var org = await grains.GetGrain<IOrgGrain>(call.OrgId.ToString("N")).GetAsync(call.Aborted);
        await call.SendPageAsync(InvoicePage.Render(invoice, options.Value.Seller, org?.Name ?? call.OrgId.ToString()), InvoicePage.ContentSecurityPolicy);
    }

    private async ValueTask<(IReadOnlyList<MonthUsage> Usage, SpeechAccount Account)> ReadAsync(SpeechCall call) =>
        (await reports.MonthsAsync(call.OrgId, call.Aborted), await reports.AccountAsync(call.OrgId, call.Aborted));

    private Invoice InvoiceOf(SpeechCall call, DateOnly month, IReadOnlyList<MonthUsage> usage, SpeechAccount account) =>
        Invoice.Of(call.OrgId, month, usage, options.Value, account.Plan, time.GetUtcNow());

    private async ValueTask<decimal> BalanceOfAsync(SpeechCall call)
    {
        var (usage, account) = await ReadAsync(call);
        var owed = usage.Select(static used => used.Month).Distinct().Sum(month => InvoiceOf(call, month, usage, account).Total);
        return (account.CreditMicros / Micros) - owed;
    }

    private void WriteBalance(Utf8JsonWriter json, Guid orgId, decimal amount)
    {
        json.WriteString("balance_id"u8, orgId);
        json.WriteNumber("amount"u8, amount);
        json.WriteString("units"u8, options.Value.Currency);
        json.WriteString("purchase_order_id"u8, ""u8);
    }

    private static void WriteCost(Utf8JsonWriter json, UsageFilter filter, string? grouping, decimal amount, string? line, UsageSum sum)
    {
        json.WriteStartObject();
        json.WriteNumber("dollars"u8, Math.Round(amount, 6));
        json.WriteStartObject("grouping"u8);
        json.WriteDay("start", filter.From);
        json.WriteDay("end", filter.To.AddTicks(-1));
        json.WriteString("accessor", grouping == "accessor" ? sum.Group[0] : null);
        json.WriteString("deployment", grouping == "deployment" ? "self-hosted" : null);
        json.WriteString("line_item", line);
        if (grouping == "tags")
        {
            json.WriteTexts("tags", sum.Group);
        }
        else
        {
            json.WriteNull("tags"u8);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInvoice(Utf8JsonWriter json, Invoice invoice)
    {
        json.WriteString("invoice_number"u8, invoice.Number);
        json.WriteString("month"u8, invoice.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        json.WriteString("status"u8, invoice.IsFinal ? "final"u8 : "draft"u8);
        json.WriteString("plan"u8, invoice.Plan);
        json.WriteString("currency"u8, invoice.Currency);
        json.WriteStartArray("lines"u8);
        foreach (var line in invoice.Lines)
        {
            json.WriteStartObject();
            json.WriteString("line_item"u8, line.Meter);
            json.WriteString("description"u8, line.Description);
            if (line.Milliseconds is { } milliseconds)
            {
                json.WriteNumber("seconds"u8, milliseconds / 1000m);
            }

            json.WriteNumber("unit_price"u8, line.UnitPrice);
            json.WriteNumber("amount"u8, line.Amount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("total"u8, invoice.Total);
    }
}
