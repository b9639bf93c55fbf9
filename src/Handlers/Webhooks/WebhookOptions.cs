using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;

namespace Switchboard.Handlers.Webhooks;

/// <summary>Settings of outgoing webhooks, configuration section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>
    /// 32 bytes in base64 that seal the webhooks' secrets in the database. Empty: a key is made in the data folder if there is one
    /// (<c>Data:Directory</c>); without either no webhook can be made.
    /// </summary>
    public string SecretKey { get; set; } = "";

    /// <summary>The key before <see cref="SecretKey"/>: it still opens what it has sealed.</summary>
    public string PreviousSecretKey { get; set; } = "";

    /// <summary>Whether private, loopback and link-local addresses may be called. Only where every organisation is trusted.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Whether addresses without TLS may be called.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Webhooks that one organisation may have.</summary>
    public int PerOrganisation { get; set; } = 50;

    /// <summary>How long a receiver may take to answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after <see cref="Timeout"/> an attempt may take to record its outcome. An attempt of a process that died is made again
    /// after both.
    /// </summary>
    public TimeSpan ClaimMargin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls that this process makes at once.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>Calls that all processes together make to one webhook at once.</summary>
    public int ConcurrencyPerWebhook { get; set; } = 4;

    /// <summary>The pause after the first failure; it doubles up to <see cref="LongestPause"/>, give or take a fifth.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause that we choose ourselves.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a delivery is tried.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a webhook may fail at every attempt before it is switched off.</summary>
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>How long the former secret stays valid after a new one was made.</summary>
    public TimeSpan RotationOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long finished deliveries are kept in the log.</summary>
    public TimeSpan KeepDeliveries { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The pause between two looks for due deliveries.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    internal RetryPauses Pauses => new(FirstPause, LongestPause);
}

/// <summary>Refuses settings that cannot work, naming the configuration key to change.</summary>
internal sealed class WebhookOptionsValidator : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var failures = new List<string>();
        Key(options.SecretKey, nameof(options.SecretKey));
        Key(options.PreviousSecretKey, nameof(options.PreviousSecretKey));
        Require(options.PerOrganisation is >= 1 and <= 1000, nameof(options.PerOrganisation), options.PerOrganisation, "1 to 1000");
        Require(options.Concurrency is >= 1 and <= 1000, nameof(options.Concurrency), options.Concurrency, "1 to 1000");
        Require(
            options.ConcurrencyPerWebhook is >= 1 and <= 100,
            nameof(options.ConcurrencyPerWebhook), options.ConcurrencyPerWebhook, "1 to 100");
        Time(options.Timeout, nameof(options.Timeout), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Time(options.ClaimMargin, nameof(options.ClaimMargin), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Time(options.FirstPause, nameof(options.FirstPause), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Time(options.LongestPause, nameof(options.LongestPause), options.FirstPause, TimeSpan.FromDays(1));
        Time(options.GiveUpAfter, nameof(options.GiveUpAfter), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        Time(options.DisableAfter, nameof(options.DisableAfter), TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        Time(options.RotationOverlap, nameof(options.RotationOverlap), TimeSpan.Zero, TimeSpan.FromDays(30));
        Time(options.KeepDeliveries, nameof(options.KeepDeliveries), TimeSpan.FromHours(1), TimeSpan.FromDays(3650));
        Time(options.PollInterval, nameof(options.PollInterval), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        // The value itself is a secret: the message must not repeat it.
        void Key(string value, string setting)
        {
            if (value.Length > 0 && !(Convert.TryFromBase64String(value, new byte[256], out var length) && length == SecretBox.KeyLength))
            {
                failures.Add($"{WebhookOptions.Section}:{setting} is not {SecretBox.KeyLength} bytes in base64; make one with: openssl rand -base64 32");
            }
        }

        void Time(TimeSpan value, string setting, TimeSpan least, TimeSpan most) =>
            Require(value >= least && value <= most, setting, value, $"{least} to {most}");

        void Require(bool holds, string setting, object value, string allowed)
        {
            if (!holds)
            {
                failures.Add($"{WebhookOptions.Section}:{setting} is {value}; set it to {allowed}.");
            }
        }
    }
}
