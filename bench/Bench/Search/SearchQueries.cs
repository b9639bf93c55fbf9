using System.Globalization;

namespace Switchboard.Bench.Search;

/// <summary>Queries as people and consoles send them, drawn at random.</summary>
internal static class SearchQueries
{
    public static string Facets(Random random) => random.Next(12) switch
    {
        0 => "",
        1 => "status:open",
        2 => "status:closed",
        3 => $"project:P{Draw(random, SearchFill.Projects)} status:open",
        4 => $"assignee:user{Draw(random, SearchFill.Users)}@example.test -status:closed",
        5 => "priority:P1",
        6 => "priority:(P1 OR P2) status:open",
        7 => $"priority:P{Draw(random, 5)} project:P{Draw(random, SearchFill.Projects)}",
        8 => $"assignee:user{Draw(random, SearchFill.Users)}@example.test priority:<=P3",
        9 => "created_at:>now-2d status:open",
        10 => $"created_by:user{Draw(random, SearchFill.Users)}@example.test",
        _ => $"team:team{Draw(random, 100)}",
    };

    public static string Texts(Random random) => random.Next(6) switch
    {
        0 => Word(random),
        1 => $"{Word(random)} {Word(random)}",
        2 => $"{Word(random)} kind{Draw(random, 50)}",
        3 => $"host-{Draw(random, 997)}.example.test",
        4 => $"{Word(random)} status:open",
        _ => $"kind{Draw(random, 50)} project:P{Draw(random, SearchFill.Projects)}",
    };

    private static string Word(Random random) => string.Create(CultureInfo.InvariantCulture, $"word{(int)(Math.Pow(random.NextDouble(), 3) * 5000)}");

    private static string Draw(Random random, int count) => random.Next(1, count).ToString(CultureInfo.InvariantCulture);
}
