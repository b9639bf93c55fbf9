using Switchboard.Grains.Search;

namespace Switchboard.Storage.Search;

/// <summary>
/// Which rows a filter has to read. <c>case_text</c> has a copy of what hardly ever changes on a case, so that a search by words
/// or attributes need not look up ten thousand cases in order to count them.
/// </summary>
internal readonly record struct SearchTables(bool Case, bool Text)
{
    /// <summary>The table that has what both have: <c>c</c> or <c>t</c>.</summary>
    public string Common => Case ? "c" : "t";

    /// <summary>The case's id.</summary>
    public string Id => Case ? "c.id" : "t.case_id";

    /// <summary>Up to the first condition, the organisation's.</summary>
    public string From => (Case, Text) switch
    {
        (true, true) => "from \"case\" c join case_text t on t.case_id = c.id where c.org_id = $1 and t.org_id = $1",
        (true, false) => "from \"case\" c where c.org_id = $1",
        _ => "from case_text t where t.org_id = $1",
    };

    public static SearchTables Of(CaseFilter filter, CaseSort sort)
    {
        var needed = Needed(filter);
        return needed with { Case = needed.Case || !needed.Text || sort != CaseSort.CreatedAt };
    }

    /// <summary>What a filter needs and more.</summary>
    public static SearchTables Of(CaseFilter filter, SearchTables more)
    {
        var needed = Needed(filter);
        var text = needed.Text || more.Text;
        return new(needed.Case || more.Case || !text, text);
    }

    private static SearchTables Needed(CaseFilter filter) => filter switch
    {
        AllFilter all => Union(all.Parts),
        AnyFilter any => Union(any.Parts),
        NotFilter not => Needed(not.Part),
        WordsFilter or TitleFilter or AttributeFilter or AttributeNumberFilter => new(Case: false, Text: true),
        ConstantFilter or ProjectFilter or TypeFilter or TextFilter { Field: CaseTextField.ProjectKey }
            or UserFilter { Field: CaseUserField.CreatedBy } or HandleFilter { Field: CaseUserField.CreatedBy }
            or TimeFilter { Field: CaseTimeField.CreatedAt } or PresentFilter { Part: CasePart.ArchivedAt } => default,
        _ => new(Case: true, Text: false),
    };

    private static SearchTables Union(IEnumerable<CaseFilter> parts) =>
        parts.Select(Needed).Aggregate(default(SearchTables), static (a, b) => new(a.Case || b.Case, a.Text || b.Text));
}
