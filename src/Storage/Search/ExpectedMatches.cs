using System.Text.Json;

namespace Switchboard.Storage.Search;

/// <summary>How many cases PostgreSQL's statistics let the index of words and tags find.</summary>
/// <param name="InOrg">Of the organisation.</param>
/// <param name="InAll">Of all organisations.</param>
internal sealed record ExpectedMatches(double InOrg, double InAll)
{
    /// <summary>What a search that does not use the index expects of it.</summary>
    public static readonly ExpectedMatches None = new(0, 0);

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
