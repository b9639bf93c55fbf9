using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// Which rows a filter has to read. <c>case_text</c> has a copy of what hardly ever changes on a case, so that a search by words
/// or attributes need not look up ten thousand cases in order to count them. <c>case_facet</c> has what cases are counted by, the priority above
/// all, which no index of <c>case</c> has; it must be caught up before it is read (<see cref="FacetTable"/>). Counts that ask for no more than
/// <c>case_facet_sum</c> tells apart read its few rows in place of <c>case_facet</c>, under the same name.
/// </summary>
internal readonly record struct SearchTables(bool Case, bool Text, bool Facet = false, bool Sums = false)
{
    /// <summary>The table that has what all have: <c>f</c>, <c>c</c> or <c>t</c>.</summary>
    public string Common => Facet ? "f" : Case ? "c" : "t";

    /// <summary>The case's id.</summary>
    public string Id => Facet ? "f.case_id" : Case ? "c.id" : "t.case_id";

    /// <summary>The table that has status group and assignee: <c>f</c> or <c>c</c>.</summary>
    public string Hot => Facet ? "f" : "c";

    /// <summary>Whether the case is archived, as a condition.</summary>
    public string Archived => Sums ? "f.archived" : $"({Common}.archived_at is not null)";

    /// <summary>Whether it is not.</summary>
    public string Live => Sums ? "not f.archived" : $"{Common}.archived_at is null";

    /// <summary>How many cases the rows of a group stand for.</summary>
    public string Count => Sums ? "coalesce(sum(f.cases), 0)::bigint" : "count(*)";

    /// <summary>Whether <c>case_text</c> is all that is read: its index of words and tags can find the cases by itself.</summary>
    public bool TextOnly => !Facet && !Case;

    /// <summary>Joins of the other tables to the texts <c>t</c> that were found.</summary>
    public string Joins => (Facet ? " join case_facet f on f.case_id = t.case_id and f.org_id = $1" : "")
        + (Case ? " join \"case\" c on c.id = t.case_id and c.org_id = $1" : "");

    /// <summary>Up to the first condition, the organisation's. The index of words and tags has it among the tags (<see cref="ScopeSql"/>).</summary>
    public string From => (Facet, Case, Text) switch
    {
        _ when Sums => "from case_facet_sum f where f.org_id = $1 and f.cases > 0",
        (true, true, true) => "from case_facet f join \"case\" c on c.id = f.case_id join case_text t on t.case_id = f.case_id "
            + "where f.org_id = $1 and c.org_id = $1 and t.org_id = $1 and t.tags @@ $2::tsquery",
        (true, true, false) => "from case_facet f join \"case\" c on c.id = f.case_id where f.org_id = $1 and c.org_id = $1",
        (true, false, true) => "from case_facet f join case_text t on t.case_id = f.case_id where f.org_id = $1 and t.org_id = $1 and t.tags @@ $2::tsquery",
        (true, false, false) => "from case_facet f where f.org_id = $1",
        (false, true, true) => "from \"case\" c join case_text t on t.case_id = c.id where c.org_id = $1 and t.org_id = $1 and t.tags @@ $2::tsquery",
        (false, true, false) => "from \"case\" c where c.org_id = $1",
        _ => "from case_text t where t.org_id = $1 and t.tags @@ $2::tsquery",
    };

    /// <summary>For a page.</summary>
    public static SearchTables Of(CaseFilter filter, CaseSort sort) => Needed(filter)
        .With(sort switch { CaseSort.Priority => Needs.Facet, CaseSort.Status => Needs.Case, _ => Needs.None })
        .Tables(counting: false);

    /// <summary>For counting by some fields.</summary>
    public static SearchTables Of(CaseFilter filter, IEnumerable<CaseField> fields) =>
        fields.Aggregate(Needed(filter), static (needs, field) => needs.With(FieldSql.Needs(field))).Tables(counting: true);

    /// <summary>For a search through the texts, whatever the filter needs.</summary>
    public static SearchTables OfTexts(CaseFilter filter) => Needed(filter).With(Needs.Text).Tables(counting: false);

    /// <summary>Whether a filter compares words, tags or titles.</summary>
    public static bool ReadsText(CaseFilter filter) => Needed(filter).Reads.HasFlag(Reads.Text);

    private static Needs Needed(CaseFilter filter) => filter switch
    {
        AllFilter all => all.Parts.Aggregate(Needs.None, static (needs, part) => needs.With(Needed(part))),
        AnyFilter any => any.Parts.Aggregate(Needs.None, static (needs, part) => needs.With(Needed(part))),
        NotFilter not => Needed(not.Part),
        WordsFilter or TitleFilter or AttributeFilter or AttributeNumberFilter
            or UserFilter { Field: CaseUserField.Watcher } or HandleFilter { Field: CaseUserField.Watcher } => Needs.Text,
        PriorityFilter => Needs.Facet,
        StatusGroupFilter => Needs.Hot,
        UserFilter { Field: CaseUserField.Assignee } or HandleFilter { Field: CaseUserField.Assignee }
            or PresentFilter { Part: CasePart.Assignee } => Needs.HotOfEach,
        ConstantFilter or ProjectFilter or TypeFilter or TextFilter { Field: CaseTextField.ProjectKey } or PresentFilter { Part: CasePart.ArchivedAt } => Needs.None,
        UserFilter { Field: CaseUserField.CreatedBy } or HandleFilter { Field: CaseUserField.CreatedBy } or TimeFilter { Field: CaseTimeField.CreatedAt } => Needs.Each,
        _ => Needs.Case,
    };

    /// <summary>What conditions, orders and fields read.</summary>
    [Flags]
    internal enum Reads
    {
        None = 0,
        Case = 1,
        Text = 2,
        Facet = 4,

        /// <summary>Either <see cref="Case"/> or <see cref="Facet"/>.</summary>
        Hot = 8,

        /// <summary>What is each case's own, which no sum tells.</summary>
        Each = 16,
    }

    /// <summary>A set of <see cref="Reads"/>.</summary>
    internal readonly record struct Needs(Reads Reads)
    {
        public static readonly Needs None = default;
        public static readonly Needs Case = new(Reads.Case);
        public static readonly Needs Text = new(Reads.Text);
        public static readonly Needs Facet = new(Reads.Facet);
        public static readonly Needs Hot = new(Reads.Hot);
        public static readonly Needs Each = new(Reads.Each);
        public static readonly Needs HotOfEach = new(Reads.Hot | Reads.Each);

        public Needs With(Needs other) => new(Reads | other.Reads);

        /// <summary>A count reads the narrow table if that is all it needs, and a search by words looks what it found up in it.</summary>
        public SearchTables Tables(bool counting)
        {
            var (@case, text) = (Reads.HasFlag(Reads.Case), Reads.HasFlag(Reads.Text));
            var facet = Reads.HasFlag(Reads.Facet) || (!@case && (text ? Reads.HasFlag(Reads.Hot) : counting));
            return new(@case || (!facet && (Reads.HasFlag(Reads.Hot) || !text)), text, facet, Sums: counting && !@case && !text && !Reads.HasFlag(Reads.Each));
        }
    }
}
