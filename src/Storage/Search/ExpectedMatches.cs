using System.Text.Json;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>How many cases PostgreSQL's statistics let the index of words and tags find.</summary>
/// <param name="InOrg">Of the organisation.</param>
/// <param name="InAll">Of all organisations.</param>
internal sealed record ExpectedMatches(double InOrg, double InAll)
{
    /// <summary>What a search that does not use the index expects of it.</summary>
    public static readonly ExpectedMatches None = new(0, 0);

    /// <summary>Whether a search should not read and count all of them.</summary>
    public bool AreCommon => InOrg > SearchLimits.Window;

    /// <summary>What a search is to expect that has met more than it expected.</summary>
    public ExpectedMatches MoreThanCounted => this with { InOrg = Math.Max(InOrg, SearchLimits.Window + 1), InAll = Math.Max(InAll, SearchLimits.Window + 1) };

    /// <summary>Reads the plan of <see cref="SearchSql.Expected"/>.</summary>
    public static ExpectedMatches Read(string plan)
    {
        // What can match nothing is left out of the plan.
        using var document = JsonDocument.Parse(plan);
        return document.RootElement[0].GetProperty("Plan").TryGetProperty("Plans", out var parts) && parts.GetArrayLength() == 2
            ? new(Rows(parts[0]), Rows(parts[1]))
            : None;
    }

    private static double Rows(JsonElement part) => part.GetProperty("Plan Rows").GetDouble();
}
