using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchboard.Intake;

namespace Switchboard.Grains.Intake;

/// <summary>What a case that is opened for an alert looks like. Pure.</summary>
internal static class AlertCase
{
    /// <summary>The case of an alert.</summary>
    public static OpensCase Of(Guid caseId, string integration, AlertReceived fact) => new(
        caseId, fact.ProjectId, fact.TypeId, fact.Alert.Title, DescriptionOf(integration, fact.Alert), fact.Alert.Priority, AttributesOf(integration, fact.Alert));

    /// <summary>The case that counts what there is too much of.</summary>
    public static OpensCase OfOverflow(Guid caseId, string integration, int most, ReceivedAlert received) => new(
        caseId,
        received.Fact.ProjectId,
        received.Fact.TypeId,
        $"Alert storm from {integration}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{integration} raised more than {most} new troubles in a minute. What came beyond that is counted in this case instead of opening one of its own; the first is: {received.Fact.Alert.Title}"),
        received.Fact.Alert.Priority,
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("integration", [Cut(integration)]));

    private static string DescriptionOf(string integration, IntakeAlert alert)
    {
        var text = new StringBuilder(alert.Description);
        if (text.Length > 0)
        {
            text.Append("\n\n");
        }

        text.Append("Integration: ").Append(integration).Append("\nDedup key: ").Append(alert.DedupKey);
        if (alert.Source is { } source)
        {
            text.Append("\nSource: ").Append(source);
        }

        if (alert.StartsAt is { } since)
        {
            text.Append("\nSince: ").Append(since.ToString("u", CultureInfo.InvariantCulture));
        }

        foreach (var link in alert.Links)
        {
            text.Append('\n').Append(link);
        }

        return text.ToString();
    }

    /// <summary>Labels as attributes of the case; what the case calls by a name of its own comes first.</summary>
    private static ImmutableSortedDictionary<string, ImmutableArray<string>> AttributesOf(string integration, IntakeAlert alert)
    {
        var attributes = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        Add("integration", integration);
        Add("service", alert.Service);
        Add("team", alert.Team);
        Add("env", alert.Environment);
        foreach (var (name, value) in alert.Tags)
        {
            Add(name, value);
        }

        return attributes.ToImmutable();

        void Add(string name, string? value)
        {
            if (value is not null && attributes.Count < Limits.Attributes)
            {
                attributes.TryAdd(KeyOf(name), [Cut(value)]);
            }
        }
    }

    /// <summary>A label's name as the key of an attribute, which may hold less.</summary>
    private static string KeyOf(string name) => string.Create(name.Length, name, static (key, name) =>
    {
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = char.IsLetterOrDigit(name[i]) || name[i] is '_' or '.' or '-' or '@' ? char.ToLowerInvariant(name[i]) : '_';
        }
    });

    private static string Cut(string text) => AlertText.Line(text, Limits.AttributeValue) ?? "-";
}
