using System.Text;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>Words as a full-text query on <c>t.words</c>.</summary>
internal static class WordsSql
{
    public static string Of(WordsFilter filter, FilterSql sql)
    {
        // Neither the index holds such a word nor does the query's reader accept it.
        if (filter.Words.Any(static w => Encoding.UTF8.GetByteCount(w) > SearchWords.MaxBytes))
        {
            return "false";
        }

        // A word holds neither quotes nor backslashes (SearchWords), so quoting it is enough.
        var query = string.Join(" <-> ", filter.Words.Select(static w => $"'{w}'")) + (filter.Prefix ? ":*" : "");

        var condition = $"t.words @@ to_tsquery('simple', {sql.Add(NpgsqlDbType.Text, query)})";
        if (sql.Indexed)
        {
            return condition;
        }

        // The second condition is always true and only says what the first costs where no index answers it: without it, the planner
        // looks for a rare word by reading the newest cases one after the other.
        return $"({condition} and case_words_fetch(t.case_id) is not null)";
    }
}
