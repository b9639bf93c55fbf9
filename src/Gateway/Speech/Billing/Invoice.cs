using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Grains.Speech.Usage;

namespace Switchboard.Gateway.Speech.Billing;

/// <summary>What an organisation owes for one calendar month (UTC). The same usage gives the same invoice whenever it is asked for.</summary>
/// <param name="Number">Unique: the month and the organisation.</param>
/// <param name="Month">The first day of the month.</param>
/// <param name="IsFinal">Whether the month is over.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Lines">What for.</param>
internal sealed record Invoice(string Number, DateOnly Month, bool IsFinal, string Plan, string Currency, ImmutableArray<InvoiceLine> Lines)
{
    private const decimal MillisecondsPerHour = 3_600_000m;

    /// <summary>The sum.</summary>
    public decimal Total => Lines.Sum(static line => line.Amount);

    /// <summary>Makes the invoice of a month from its usage.</summary>
    public static Invoice Of(Guid orgId, DateOnly month, IEnumerable<MonthUsage> usage, BillingOptions prices, string? planName, DateTimeOffset now)
    {
        var (name, plan) = prices.PlanOf(planName);
        var lines = ImmutableArray.CreateBuilder<InvoiceLine>();
        foreach (var used in usage.Where(used => used.Month == month && used.Milliseconds > 0).OrderBy(static used => used.Meter, StringComparer.Ordinal))
        {
            var (what, price) = used.Meter == UsageMeters.LiveAudio ? ("Live transcription", plan.LivePerHour) : ("File transcription", plan.FilePerHour);
            lines.Add(new InvoiceLine(used.Meter, what, used.Milliseconds, price, Cents(used.Milliseconds * price / MillisecondsPerHour)));
        }

        if (lines.Count > 0 && plan.Month > 0)
        {
            lines.Insert(0, new InvoiceLine("plan", $"Plan {name}", null, plan.Month, Cents(plan.Month)));
        }

        var number = string.Create(CultureInfo.InvariantCulture, $"{month:yyyyMM}-{orgId:N}");
        return new Invoice(number, month, month.AddMonths(1) <= DateOnly.FromDateTime(now.UtcDateTime), name, prices.Currency, lines.ToImmutable());
    }

    private static decimal Cents(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}

/// <summary>A line of an invoice.</summary>
/// <param name="Meter">The meter, or <c>plan</c>.</param>
/// <param name="Description">What it is, for people.</param>
/// <param name="Milliseconds">How much audio, or null.</param>
/// <param name="UnitPrice">The price of an hour, or of the month.</param>
/// <param name="Amount">What it comes to, in whole cents.</param>
internal sealed record InvoiceLine(string Meter, string Description, long? Milliseconds, decimal UnitPrice, decimal Amount);
