using System.Collections.Immutable;

namespace Switchboard.Handlers.Attributes;

/// <summary>
/// Takes changes in and counts. Pure: it begins with what is stored of the cases, keys and values that the changes touch, and ends with
/// what is to be stored. A change that is not newer than what was taken in of its case says nothing new; of a deleted case the version
/// is kept for that.
/// </summary>
/// <param name="options">How many keys and values are counted.</param>
internal sealed class AttributeLedger(AttributeOptions options)
{
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<string>> _none =
        ImmutableSortedDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    /// <summary>Cases by id.</summary>
    public Dictionary<Guid, CaseState> Cases { get; } = [];

    /// <summary>Projects.</summary>
    public Dictionary<ProjectName, ProjectCount> Projects { get; } = [];

    /// <summary>Keys; one that no case has is not here.</summary>
    public Dictionary<KeyName, KeyCount> Keys { get; } = [];

    /// <summary>Values; one that no case has is not here.</summary>
    public Dictionary<ValueName, ValueCount> Values { get; } = [];

    /// <summary>Takes a change in.</summary>
    /// <param name="change">The change.</param>
    /// <param name="projectId">The case's project, for a case that is not known yet and a change that does not say; null when nobody knows.</param>
    public void Take(AttributeChange change, Guid? projectId)
    {
        var before = Cases.GetValueOrDefault(change.CaseId);
        if (before is not null && before.Version >= change.Version)
        {
            return;
        }

        if ((change.ProjectId ?? before?.ProjectId ?? projectId) is not { } project)
        {
            return;
        }

        before ??= new CaseState(change.OrgId, project, 0, _none, _none);
        var after = before with
        {
            ProjectId = project,
            Version = change.Version,
            Attributes = AttributesOf(before.Attributes, change),
        };
        if (before.ProjectId != project)
        {
            Replace(before, before with { Attributes = _none }, change.At);
            before = before with { ProjectId = project, Attributes = _none, Uncounted = _none };
        }

        Cases[change.CaseId] = Replace(before, after, change.At);
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> AttributesOf(
        ImmutableSortedDictionary<string, ImmutableArray<string>> before, AttributeChange change)
    {
        var after = change.Gone ? _none
            : change.Attributes is { } replaced ? Distinct(replaced).AddRange(before.Where(static pair => pair.Key.StartsWith(AttributeChange.CustomMark, StringComparison.Ordinal)))
            : before;
        return change.Custom is not { } custom ? after
            : custom.Values.IsEmpty ? after.Remove(custom.Key)
            : after.SetItem(custom.Key, [.. custom.Values.Distinct(StringComparer.Ordinal)]);
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Distinct(ImmutableSortedDictionary<string, ImmutableArray<string>> attributes) =>
        attributes.ToImmutableSortedDictionary(
            static pair => pair.Key, static pair => pair.Value.Distinct(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>Counts what has gone down before what has come up, so that it makes room.</summary>
    private CaseState Replace(CaseState before, CaseState after, DateTimeOffset at)
    {
        var project = new ProjectName(before.OrgId, before.ProjectId);
        var uncounted = before.Uncounted.ToBuilder();
        foreach (var (key, values) in before.Attributes)
        {
            var stays = after.Attributes.TryGetValue(key, out var kept);
            Leave(new KeyName(project, key), values.Where(value => !stays || !kept.Contains(value)), stays, uncounted);
        }

        foreach (var (key, values) in after.Attributes)
        {
            var had = before.Attributes.TryGetValue(key, out var old);
            Enter(new KeyName(project, key), values.Where(value => !had || !old.Contains(value)), had, uncounted, at);
        }

        return after with { Uncounted = uncounted.ToImmutable() };
    }

    private void Leave(KeyName key, IEnumerable<string> values, bool keyStays, ImmutableSortedDictionary<string, ImmutableArray<string>>.Builder uncounted)
    {
        var mark = uncounted.TryGetValue(key.Key, out var without);
        if (mark && without.IsEmpty)
        {
            if (!keyStays)
            {
                uncounted.Remove(key.Key);
                Change(Projects, key.Project, static project => project with { Overflow = project.Overflow - 1 });
            }

            return;
        }

        foreach (var value in values)
        {
            if (mark && without.Contains(value))
            {
                without = without.Remove(value);
                Change(Keys, key, static count => count with { Overflow = count.Overflow - 1 });
            }
            else
            {
                LeaveValue(new ValueName(key, value));
            }
        }

        if (mark && without.IsEmpty)
        {
            uncounted.Remove(key.Key);
        }
        else if (mark)
        {
            uncounted[key.Key] = without;
        }

        if (!keyStays)
        {
            LeaveKey(key);
        }
    }

    private void LeaveValue(ValueName value)
    {
        var count = Values[value];
        if (count.Cases == 1)
        {
            Values.Remove(value);
            Change(Keys, value.Key, static key => key with { Values = key.Values - 1 });
        }
        else
        {
            Values[value] = count with { Cases = count.Cases - 1 };
        }
    }

    private void LeaveKey(KeyName key)
    {
        var count = Keys[key];
        if (count.Cases == 1)
        {
            Keys.Remove(key);
            Change(Projects, key.Project, static project => project with { Keys = project.Keys - 1 });
        }
        else
        {
            Keys[key] = count with { Cases = count.Cases - 1 };
        }
    }

    private void Enter(
        KeyName key, IEnumerable<string> values, bool had, ImmutableSortedDictionary<string, ImmutableArray<string>>.Builder uncounted, DateTimeOffset at)
    {
        if (had ? uncounted.TryGetValue(key.Key, out var whole) && whole.IsEmpty : !EnterKey(key, uncounted))
        {
            return;
        }

        var count = Keys[key];
        foreach (var value in values)
        {
            var name = new ValueName(key, value);
            if (Values.TryGetValue(name, out var known))
            {
                Values[name] = new ValueCount(known.Cases + 1, Later(known.LastSeen, at));
            }
            else if (count.Values < options.ValuesPerKey)
            {
                Values[name] = new ValueCount(1, at);
                count = count with { Values = count.Values + 1 };
            }
            else
            {
                uncounted[key.Key] = uncounted.TryGetValue(key.Key, out var others) ? others.Add(value) : [value];
                count = count with { Overflow = count.Overflow + 1 };
            }

            count = count with { LastSeen = Later(count.LastSeen, at) };
        }

        Keys[key] = had ? count : count with { Cases = count.Cases + 1, LastSeen = Later(count.LastSeen, at) };
    }

    /// <summary>Makes sure that the key is counted; false when there is no room for it.</summary>
    private bool EnterKey(KeyName key, ImmutableSortedDictionary<string, ImmutableArray<string>>.Builder uncounted)
    {
        if (Keys.ContainsKey(key))
        {
            return true;
        }

        var project = Projects.GetValueOrDefault(key.Project);
        if (project.Keys >= options.KeysPerProject)
        {
            uncounted[key.Key] = [];
            Projects[key.Project] = project with { Overflow = project.Overflow + 1 };
            return false;
        }

        Projects[key.Project] = project with { Keys = project.Keys + 1 };
        Keys[key] = default;
        return true;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static void Change<TKey, TValue>(Dictionary<TKey, TValue> all, TKey key, Func<TValue, TValue> change)
        where TKey : notnull => all[key] = change(all[key]);
}
