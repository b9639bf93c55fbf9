using System.Collections.Immutable;
using Switchboard.Handlers.Attributes;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests.Attributes;

/// <summary>What should be counted, by case.</summary>
internal sealed record AttributeCounts(Dictionary<KeyName, (long Cases, int Values)> Keys, Dictionary<ValueName, long> Values);

/// <summary>Random lives of cases, and how they are delivered.</summary>
internal static class AttributeHistories
{
    private static readonly string[] _keys = ["env", "service", "team", "Team"];

    /// <summary>The changes of each case in order.</summary>
    public static ImmutableArray<ImmutableArray<AttributeChange>> Random(Random random, int cases, int projects)
    {
        var org = Guid.NewGuid();
        var homes = Enumerable.Range(0, projects).Select(_ => Guid.NewGuid()).ToArray();
        return [.. Enumerable.Range(0, cases).Select(_ => History(random, org, homes))];
    }

    /// <summary>All changes, those of each case in order, mixed between cases, some of them again later, also all from an earlier one on.</summary>
    public static IEnumerable<AttributeChange> Deliver(Random random, ImmutableArray<ImmutableArray<AttributeChange>> histories)
    {
        var next = new int[histories.Length];
        while (true)
        {
            var open = Enumerable.Range(0, histories.Length).Where(index => next[index] < histories[index].Length).ToArray();
            if (open.Length == 0)
            {
                yield break;
            }

            var chosen = open[random.Next(open.Length)];
            yield return histories[chosen][next[chosen]++];
            if (random.Next(5) == 0)
            {
                next[chosen] = random.Next(next[chosen] + 1);
            }
        }
    }

    /// <summary>Counts what the cases have in the end, with no bounds.</summary>
    public static AttributeCounts Count(ImmutableArray<ImmutableArray<AttributeChange>> histories)
    {
        var keys = new Dictionary<KeyName, (long Cases, int Values)>();
        var values = new Dictionary<ValueName, long>();
        foreach (var history in histories)
        {
            var home = history.Last(change => change.ProjectId is not null).ProjectId!.Value;
            foreach (var (key, some) in history.Last(change => change.Attributes is not null).Attributes!)
            {
                var name = new KeyName(new ProjectName(history[0].OrgId, home), key);
                keys[name] = (keys.GetValueOrDefault(name).Cases + 1, 0);
                foreach (var value in some.Distinct())
                {
                    values[new ValueName(name, value)] = values.GetValueOrDefault(new ValueName(name, value)) + 1;
                }
            }
        }

        return new AttributeCounts(keys.ToDictionary(pair => pair.Key, pair => (pair.Value.Cases, values.Keys.Count(value => value.Key == pair.Key))), values);
    }

    private static ImmutableArray<AttributeChange> History(Random random, Guid org, Guid[] projects)
    {
        var id = Guid.NewGuid();
        var changes = new List<AttributeChange>();
        var length = random.Next(1, 7);
        for (var version = 1; version <= length; version++)
        {
            var gone = version == length && version > 1 && random.Next(4) == 0;
            var moved = !gone && version > 1 && random.Next(4) == 0;
            changes.Add(new AttributeChange(
                org, id, version == 1 || moved ? projects[random.Next(projects.Length)] : null, version, Samples.Time.AddMinutes(version),
                gone ? ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty : moved ? null : Attributes(random)));
        }

        return [.. changes];
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes(Random random) => _keys
        .Where(_ => random.Next(2) == 0)
        .ToImmutableSortedDictionary(
            key => key,
            _ => Enumerable.Range(0, random.Next(4)).Select(_ => $"v{random.Next(5)}").ToImmutableArray(),
            StringComparer.Ordinal);
}
