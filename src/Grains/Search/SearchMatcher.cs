using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Cases;

namespace Switchboard.Grains.Search;

/// <summary>What a case refers to by id and a query by name.</summary>
/// <param name="ProjectKeys">Keys of the organisation's projects.</param>
/// <param name="Handles">E-mail addresses of its users.</param>
public sealed record SearchDirectory(ImmutableDictionary<Guid, string> ProjectKeys, ImmutableDictionary<Guid, string> Handles);

/// <summary>
/// Decides for one case whether a filter matches. It is the meaning of the language: every search engine must give what this gives.
/// </summary>
public sealed class SearchMatcher(SearchDirectory directory)
{
    /// <summary>Whether the case matches.</summary>
    public bool Matches(CaseFilter filter, CaseSnapshot @case) => filter switch
    {
        ConstantFilter constant => constant.Value,
        AllFilter all => all.Parts.All(p => Matches(p, @case)),
        AnyFilter any => any.Parts.Any(p => Matches(p, @case)),
        NotFilter not => !Matches(not.Part, @case),
        WordsFilter words => HasWords(words, @case.Title) || HasWords(words, @case.Description),
        TitleFilter title => new TextPattern(["", .. title.Pattern.Pieces, ""]).Matches(@case.Title),
        PriorityFilter priority => priority.Any.Contains(@case.Priority),
        StatusGroupFilter group => group.Any.Contains(@case.StatusGroup),
        TypeFilter type => type.Any.Contains(@case.TypeId),
        ProjectFilter project => project.Any.Contains(@case.ProjectId),
        TextFilter text => TextOf(text.Field, @case) is { } value && text.Pattern.Matches(value),
        PublicIdFilter id => @case.PublicId >= id.From && @case.PublicId <= id.To,
        UserFilter user => UsersOf(user.Field, @case).Contains(user.UserId),
        HandleFilter handle =>
            UsersOf(handle.Field, @case).Any(id => directory.Handles.TryGetValue(id, out var name) && handle.Handle.Matches(name)),
        TimeFilter time => TimeOf(time.Field, @case) is { } at && Within(at, time),
        DueFilter due => @case.Details.DueDate is { } day && (due.From is not { } from || day >= from) && (due.To is not { } to || day <= to),
        PresentFilter present => Has(present.Part, @case),
        AttributeFilter attribute => Values(@case, attribute.Key).Any(attribute.Pattern.Matches),
        AttributeNumberFilter number => Values(@case, number.Key).Any(v => Within(v, number)),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such filter."),
    };

    private static bool HasWords(WordsFilter filter, string text)
    {
        var words = SearchWords.Of(text);
        for (var start = 0; start + filter.Words.Length <= words.Length; start++)
        {
            if (StandsAt(filter, words, start))
            {
                return true;
            }
        }

        return false;
    }

    private static bool StandsAt(WordsFilter filter, ImmutableArray<string> words, int start)
    {
        for (var i = 0; i < filter.Words.Length; i++)
        {
            var word = words[start + i];
            var wanted = filter.Words[i];
            var last = i == filter.Words.Length - 1;
            if (!(last && filter.Prefix ? word.StartsWith(wanted, StringComparison.Ordinal) : word == wanted))
            {
                return false;
            }
        }

        return true;
    }

    private string? TextOf(CaseTextField field, CaseSnapshot @case) => field switch
    {
        CaseTextField.Key => @case.Key,
        CaseTextField.StatusName => @case.StatusName,
        CaseTextField.CreationSource => @case.CreationSource,
        CaseTextField.ProjectKey => directory.ProjectKeys.GetValueOrDefault(@case.ProjectId),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such text."),
    };

    private static ImmutableArray<Guid> UsersOf(CaseUserField field, CaseSnapshot @case) => field switch
    {
        CaseUserField.Assignee => @case.AssigneeId is { } assignee ? [assignee] : [],
        CaseUserField.CreatedBy => [@case.CreatedBy],
        CaseUserField.ModifiedBy => @case.ModifiedBy is { } modifier ? [modifier] : [],
        CaseUserField.Watcher => @case.Details.Watchers,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such user."),
    };

    private static DateTimeOffset? TimeOf(CaseTimeField field, CaseSnapshot @case) => field switch
    {
        CaseTimeField.CreatedAt => @case.CreatedAt,
        CaseTimeField.ModifiedAt => @case.ModifiedAt,
        CaseTimeField.ClosedAt => @case.ClosedAt,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such time."),
    };

    private static bool Within(DateTimeOffset at, TimeFilter range) =>
        (range.From is not { } from || (from.Inclusive ? at >= from.At : at > from.At)) &&
        (range.To is not { } to || (to.Inclusive ? at <= to.At : at < to.At));

    private static bool Within(string text, AttributeNumberFilter range)
    {
        if (!AttributeNumber.IsNumber(text))
        {
            return false;
        }

        var value = decimal.Parse(text, CultureInfo.InvariantCulture);
        return (range.From is not { } from || (from.Inclusive ? value >= from.Value : value > from.Value)) &&
            (range.To is not { } to || (to.Inclusive ? value <= to.Value : value < to.Value));
    }

    private static bool Has(CasePart part, CaseSnapshot @case) => part switch
    {
        CasePart.Assignee => @case.AssigneeId is not null,
        CasePart.Modification => @case.ModifiedAt is not null,
        CasePart.ClosedAt => @case.ClosedAt is not null,
        CasePart.ArchivedAt => @case.ArchivedAt is not null,
        CasePart.Description => @case.Description.Length > 0,
        CasePart.Comments => @case.CommentCount > 0,
        CasePart.DueDate => @case.Details.DueDate is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "No such part."),
    };

    private static IEnumerable<string> Values(CaseSnapshot @case, string key) =>
        CaseTerms.Of(@case).Where(term => term.Key == key).Select(static term => term.Value);
}
