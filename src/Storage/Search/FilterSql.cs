using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// A filter as a condition on the tables of <see cref="SearchTables"/>. Every value travels as a parameter; the text of the statement
/// consists of this file's constants only. <c>$1</c> is the organisation; where <c>case_text</c> is read, <c>$2</c> is its tag.
/// </summary>
internal sealed class FilterSql
{
    private readonly CaseFilter _filter;
    private StringBuilder _sql = new();

    private FilterSql(Guid orgId, CaseFilter filter, SearchTables tables)
    {
        (Tables, _filter, NeedsFacets) = (tables, filter, tables.Facet);
        Add(NpgsqlDbType.Uuid, orgId);
        if (tables.Text)
        {
            Add(NpgsqlDbType.Text, ScopeSql.Of(orgId, filter));
        }
    }

    /// <summary>What the condition reads.</summary>
    public SearchTables Tables { get; private set; }

    /// <summary>Whether something reads what must be caught up before.</summary>
    public bool NeedsFacets { get; private set; }

    /// <summary>The condition, without the organisation's.</summary>
    public string Condition => _sql.ToString();

    /// <summary><c>$1</c> and so on.</summary>
    public List<NpgsqlParameter> Parameters { get; } = [];

    /// <summary>Whether what is being written must be answered by the index of words and tags.</summary>
    public bool Indexed { get; private set; }

    private string Common => Tables.Common;

    public static FilterSql Of(Guid orgId, CaseFilter filter, CaseSort sort) => Of(orgId, filter, SearchTables.Of(filter, sort));

    /// <summary>A condition on at least these tables.</summary>
    public static FilterSql Of(Guid orgId, CaseFilter filter, SearchTables tables)
    {
        var sql = new FilterSql(orgId, filter, tables);
        sql.Write(filter);
        return sql;
    }

    /// <summary>
    /// The filter in two parts: what the index of words and tags finds by itself, on <c>case_text t</c>, and what those cases must then be
    /// compared with, on <see cref="Tables"/>. Null when the index is of no use. <c>$2</c> is to be asked for beside the first.
    /// </summary>
    public FilterParts? Split()
    {
        ImmutableArray<CaseFilter> parts = _filter is AllFilter all ? all.Parts : [_filter];
        if (!parts.Any(static part => IsIndexed(part) && IsText(part)))
        {
            return null;
        }

        var found = parts.Where(static part => (IsIndexed(part) && IsText(part))
            || part is ProjectFilter { Any.Length: > 0 and <= ScopeSql.Most } or TypeFilter { Any.Length: > 0 and <= ScopeSql.Most }).ToList();
        var compared = parts.Except(found).Where(static part => part is not NotFilter { Part: PresentFilter { Part: CasePart.ArchivedAt } }).ToList();
        return new(Written(found, indexed: true), Written(compared, indexed: false), compared.Any(SearchTables.ReadsText), ScopeSql.IsLive(_filter));
    }

    /// <summary>The same filter on the table of sums; null where that does not tell it.</summary>
    public (SearchTables Tables, string Condition)? Sums()
    {
        var sums = SearchTables.Of(_filter, Array.Empty<CaseField>());
        if (!sums.Sums)
        {
            return null;
        }

        var outer = (_sql, Tables);
        (_sql, Tables, NeedsFacets) = (new(), sums, true);
        Write(_filter);
        var condition = Condition;
        (_sql, Tables) = outer;
        return (sums, condition);
    }

    /// <summary>Whether the filter compares what <c>case_text</c> alone has.</summary>
    private static bool IsText(CaseFilter filter) => filter switch
    {
        WordsFilter or TitleFilter or AttributeFilter or AttributeNumberFilter or UserFilter { Field: CaseUserField.Watcher } or HandleFilter { Field: CaseUserField.Watcher } => true,
        AllFilter all => all.Parts.All(IsText),
        AnyFilter any => any.Parts.All(IsText),
        NotFilter not => IsText(not.Part),
        _ => false,
    };

    private string Written(List<CaseFilter> parts, bool indexed)
    {
        var outer = _sql;
        (_sql, Indexed) = (new(), indexed);
        if (parts.Count > 0)
        {
            WriteParts(parts, " and ");
        }

        var written = parts.Count > 0 ? _sql.ToString() : FilterParts.Nothing;
        (_sql, Indexed) = (outer, false);
        return written;
    }

    /// <summary>Whether the index of words and tags narrows the filter down by more than the organisation.</summary>
    private static bool IsIndexed(CaseFilter filter) => filter switch
    {
        WordsFilter or AttributeFilter or AttributeNumberFilter or UserFilter { Field: CaseUserField.Watcher } or HandleFilter { Field: CaseUserField.Watcher } => true,
        AllFilter all => all.Parts.Any(IsIndexed),
        AnyFilter any => any.Parts.All(IsIndexed),
        _ => false,
    };

    /// <summary>Adds a parameter and gives its name.</summary>
    public string Add(NpgsqlDbType type, object value)
    {
        Parameters.Add(new() { NpgsqlDbType = type, Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${Parameters.Count}");
    }

    private void Write(CaseFilter filter)
    {
        switch (filter)
        {
            case ConstantFilter constant: _sql.Append(constant.Value ? "true" : "false"); break;
            case AllFilter all: WriteParts(all.Parts, " and "); break;
            case AnyFilter any: WriteParts(any.Parts, " or "); break;
            case NotFilter { Part: PresentFilter { Part: CasePart.Assignee } }: _sql.Append($"{Tables.Hot}.assignee_id is null"); break;
            case NotFilter { Part: PresentFilter { Part: CasePart.ArchivedAt } }: _sql.Append(Tables.Live); break;
            case NotFilter not: WriteNot(not.Part); break;
            case WordsFilter words: _sql.Append(WordsSql.Of(words, this)); break;
            case TitleFilter title: _sql.Append($"t.title ilike {Like(new(["", .. title.Pattern.Pieces, ""]))}"); break;
            case PriorityFilter priority: _sql.Append(Priority(priority)); break;
            case StatusGroupFilter group: _sql.Append(Group(group)); break;
            case TypeFilter type when Indexed: _sql.Append(Tagged(ScopeSql.Of(type))); break;
            case TypeFilter type: _sql.Append($"{Common}.type_id = any({Add(NpgsqlDbType.Array | NpgsqlDbType.Uuid, type.Any.ToArray())})"); break;
            case ProjectFilter project when Indexed: _sql.Append(Tagged(ScopeSql.Of(project))); break;
            case ProjectFilter project: _sql.Append(Project(project)); break;
            case TextFilter text: _sql.Append(TextField(text)); break;
            case PublicIdFilter id:
                _sql.Append($"c.public_id between {Add(NpgsqlDbType.Bigint, id.From)} and {Add(NpgsqlDbType.Bigint, id.To)}");
                break;
            case UserFilter { Field: CaseUserField.Watcher } watcher: _sql.Append(AttributeSql.Of(watcher, this)); break;
            case HandleFilter { Field: CaseUserField.Watcher } watcher: _sql.Append(AttributeSql.Of(watcher, this)); break;
            case UserFilter user: _sql.Append($"{Column(user.Field)} = {Add(NpgsqlDbType.Uuid, user.UserId)}"); break;
            case HandleFilter handle: _sql.Append(Handle(handle)); break;
            case TimeFilter time: Range(Column(time.Field), NpgsqlDbType.TimestampTz, Bound(time.From), Bound(time.To)); break;
            case DueFilter due: Range("c.due_date", NpgsqlDbType.Date, Bound(due.From), Bound(due.To)); break;
            case PresentFilter present: _sql.Append(Present(present.Part)); break;
            case AttributeFilter attribute: _sql.Append(AttributeSql.Of(attribute, this)); break;
            case AttributeNumberFilter number: _sql.Append(AttributeSql.Of(number, this)); break;
            default: throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such filter.");
        }
    }

    private void WriteParts(IReadOnlyList<CaseFilter> parts, string between)
    {
        _sql.Append('(');
        for (var i = 0; i < parts.Count; i++)
        {
            _sql.Append(i == 0 ? "" : between);
            Write(parts[i]);
        }

        _sql.Append(')');
    }

    /// <summary>What a case lacks gives null, and its exclusion matches; <c>not</c> would give null again.</summary>
    private void WriteNot(CaseFilter part)
    {
        _sql.Append("((");
        Write(part);
        _sql.Append(") is not true)");
    }

    /// <summary>A parameter with the <c>like</c> pattern.</summary>
    public string Like(TextPattern pattern, Func<string, string>? spell = null) => Add(NpgsqlDbType.Text, LikePattern.Of(pattern, spell));

    private string Priority(PriorityFilter filter) =>
        Set("f.rank", [.. filter.Any.Select(static p => ((int)p + 5) % 6).Order()]);

    private string Tagged(string tags) => $"t.tags @@ {Add(NpgsqlDbType.Text, tags)}::tsquery";

    private string Project(ProjectFilter filter) => filter.Any is [var only]
        ? $"{Common}.project_id = {Add(NpgsqlDbType.Uuid, only)}"
        : $"{Common}.project_id = any({Add(NpgsqlDbType.Array | NpgsqlDbType.Uuid, filter.Any.ToArray())})";

    private string Group(StatusGroupFilter filter) => Set($"{Tables.Hot}.status_group", [.. filter.Any.Select(static g => (int)g).Order()]);

    /// <summary>Neighbours are asked for as a range: unlike a list, it lets an index that begins with the column give the order too.</summary>
    private string Set(string column, int[] members) => members switch
    {
        [var only] => $"{column} = {Add(NpgsqlDbType.Integer, only)}",
        [var first, .., var last] when last - first == members.Length - 1 =>
            $"{column} between {Add(NpgsqlDbType.Integer, first)} and {Add(NpgsqlDbType.Integer, last)}",
        _ => $"{column} = any({Add(NpgsqlDbType.Array | NpgsqlDbType.Integer, members)})",
    };

    private string TextField(TextFilter filter) => filter.Field switch
    {
        // Keys and sources are kept in upper case.
        CaseTextField.Key => Compare("c.key", filter.Pattern, static p => p.ToUpperInvariant()),
        CaseTextField.CreationSource => Compare("c.creation_source", filter.Pattern, static p => p.ToUpperInvariant()),

        // The groups are named because the index begins with them.
        CaseTextField.StatusName =>
            $"(c.status_group in (0, 1, 2) and {Compare("lower(c.status_name) collate \"C\"", filter.Pattern, null)})",
        CaseTextField.ProjectKey when filter.Pattern.IsExact =>
            $"{Common}.project_id = (select p.id from project p where p.org_id = $1 and {Compare("p.key", filter.Pattern, static p => p.ToUpperInvariant())})",
        CaseTextField.ProjectKey =>
            $"{Common}.project_id in (select p.id from project p where p.org_id = $1 and {Compare("p.key", filter.Pattern, static p => p.ToUpperInvariant())})",
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such text."),
    };

    private string Handle(HandleFilter filter) =>
        $"{Column(filter.Field)} {(filter.Handle.IsExact ? "=" : "in")} "
        + $"(select u.id from org_user u where u.org_id = $1 and {Compare("u.email", filter.Handle, null)})";

    /// <summary>A text that matches a pattern; <paramref name="spell"/> gives the pattern the letter case of the column.</summary>
    public string Compare(string column, TextPattern pattern, Func<string, string>? spell) => pattern.IsExact
        ? $"{column} = {Add(NpgsqlDbType.Text, spell is null ? pattern.Start : spell(pattern.Start))}"
        : $"{column} like {Like(pattern, spell)}";

    private void Range(string column, NpgsqlDbType type, (object Value, bool Inclusive)? from, (object Value, bool Inclusive)? to)
    {
        _sql.Append('(');
        if (from is { } low)
        {
            _sql.Append($"{column} {(low.Inclusive ? ">=" : ">")} {Add(type, low.Value)}");
        }

        if (to is { } high)
        {
            _sql.Append($"{(from is null ? "" : " and ")}{column} {(high.Inclusive ? "<=" : "<")} {Add(type, high.Value)}");
        }

        _sql.Append(')');
    }

    private static (object Value, bool Inclusive)? Bound(TimeBound? bound) => bound is { } b ? (b.At.UtcDateTime, b.Inclusive) : null;

    private static (object Value, bool Inclusive)? Bound(DateOnly? bound) => bound is { } day ? (day, true) : null;

    private string Column(CaseUserField field) => field switch
    {
        CaseUserField.Assignee => $"{Tables.Hot}.assignee_id",
        CaseUserField.CreatedBy => $"{Common}.created_by",
        CaseUserField.ModifiedBy => "c.modified_by",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such user."),
    };

    private string Column(CaseTimeField field) => field switch
    {
        CaseTimeField.CreatedAt => $"{Common}.created_at",
        CaseTimeField.ModifiedAt => "c.modified_at",
        CaseTimeField.ClosedAt => "c.closed_at",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such time."),
    };

    private string Present(CasePart part) => part switch
    {
        CasePart.Assignee => $"{Tables.Hot}.assignee_id is not null",
        CasePart.Modification => "c.modified_at is not null",
        CasePart.ClosedAt => "c.closed_at is not null",
        CasePart.ArchivedAt => Tables.Archived,
        CasePart.Description => "c.description <> ''",
        CasePart.Comments => "c.comment_count > 0",
        CasePart.DueDate => "c.due_date is not null",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "No such part."),
    };
}

/// <summary>A filter in two parts; see <see cref="FilterSql.Split"/>.</summary>
/// <param name="Found">What the index finds.</param>
/// <param name="Compared">What is compared then; <c>true</c> for nothing.</param>
/// <param name="ComparesText">Whether that reads words, tags or the title.</param>
/// <param name="Live">Whether archived cases are left out, which <c>$2</c> tells and <see cref="Compared"/> does not.</param>
internal sealed record FilterParts(string Found, string Compared, bool ComparesText, bool Live)
{
    /// <summary>The condition of <see cref="Compared"/> when the index has found what was asked for.</summary>
    public const string Nothing = "true";
}
