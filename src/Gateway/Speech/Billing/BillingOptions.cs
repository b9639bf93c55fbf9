using Microsoft.Extensions.Options;

namespace Switchboard.Gateway.Speech.Billing;

/// <summary>What speech costs; section <c>Speech:Billing</c>.</summary>
public sealed class BillingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Speech:Billing";

    /// <summary>The currency of all amounts, as clients show it.</summary>
    public string Currency { get; set; } = "usd";

    /// <summary>Who sends the invoices.</summary>
    public string Seller { get; set; } = "Switchboard";

    /// <summary>The plan of organisations that have none of their own.</summary>
    public string DefaultPlan { get; set; } = "standard";

    /// <summary>The plans by name.</summary>
    public Dictionary<string, PlanOptions> Plans { get; set; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["standard"] = new PlanOptions { LivePerHour = 0.46m, FilePerHour = 0.26m },
    };

    /// <summary>A plan by its name; the default one for a name that there is no more.</summary>
    internal (string Name, PlanOptions Plan) PlanOf(string? name) =>
        name is not null && Plans.TryGetValue(name, out var plan) ? (name, plan) : (DefaultPlan, Plans[DefaultPlan]);
}

/// <summary>What a plan costs.</summary>
public sealed class PlanOptions
{
    /// <summary>Price of an hour of live audio; billed by the millisecond.</summary>
    public decimal LivePerHour { get; set; }

    /// <summary>Price of an hour of audio in files.</summary>
    public decimal FilePerHour { get; set; }

    /// <summary>Price of a month in which there is any audio.</summary>
    public decimal Month { get; set; }
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class BillingOptionsValidator : IValidateOptions<BillingOptions>
{
    public ValidateOptionsResult Validate(string? name, BillingOptions options)
    {
        var failures = new List<string>();
        if (!options.Plans.ContainsKey(options.DefaultPlan))
        {
            failures.Add($"{BillingOptions.Section}:DefaultPlan is '{options.DefaultPlan}', which is none of {BillingOptions.Section}:Plans; name one of {string.Join(", ", options.Plans.Keys)}.");
        }

        foreach (var (plan, prices) in options.Plans)
        {
            if (prices is { LivePerHour: < 0 } or { FilePerHour: < 0 } or { Month: < 0 })
            {
                failures.Add($"{BillingOptions.Section}:Plans:{plan} has a price below 0; set LivePerHour, FilePerHour and Month to 0 or more.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
