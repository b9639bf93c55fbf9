using System.Collections.Immutable;
using Switchboard.Handlers.Attributes;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests.Attributes;

/// <summary>Pure: counting against a model that counts anew each time.</summary>
public sealed class AttributeLedgerTests
{
    [Fact]
    public void Counts_equal_those_of_the_cases_last_attributes_under_repetitions_and_any_order_between_cases()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        for (var round = 0; round < 200; round++)
        {
            var random = new Random(seed + round);
            var histories = AttributeHistories.Random(random, cases: 8, projects: 2);
            var ledger = new AttributeLedger(new AttributeOptions());

            foreach (var change in AttributeHistories.Deliver(random, histories))
            {
                ledger.Take(change, null);
            }

            ShouldEqual(ledger, AttributeHistories.Count(histories), $"seed {seed + round}");
        }
    }

    [Fact]
    public void What_finds_no_room_is_told_and_what_goes_makes_room()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        for (var round = 0; round < 200; round++)
        {
            var random = new Random(seed + round);
            var histories = AttributeHistories.Random(random, cases: 10, projects: 2);
            var options = new AttributeOptions { KeysPerProject = 2, ValuesPerKey = 2 };
            var ledger = new AttributeLedger(options);
            foreach (var change in AttributeHistories.Deliver(random, histories))
            {
                ledger.Take(change, null);
                ShouldHoldTogether(ledger, options, $"seed {seed + round}");
            }

            // Everything gone leaves nothing behind, whatever was counted or not.
            foreach (var (caseId, state) in ledger.Cases.ToArray())
            {
                ledger.Take(
                    new AttributeChange(state.OrgId, caseId, null, 1_000, Samples.Time, ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty), null);
            }

            ledger.Keys.ShouldBeEmpty($"seed {seed + round}");
            ledger.Values.ShouldBeEmpty($"seed {seed + round}");
            ledger.Projects.Values.ShouldAllBe(project => project.Keys == 0 && project.Overflow == 0, $"seed {seed + round}");
        }
    }

    [Fact]
    public void A_change_of_an_unknown_case_counts_where_its_project_is_known_and_nowhere_otherwise()
    {
        var ledger = new AttributeLedger(new AttributeOptions());
        var (org, project) = (Guid.NewGuid(), Guid.NewGuid());
        var attributes = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("team", ["a", "a"]);

        ledger.Take(new AttributeChange(org, Guid.NewGuid(), null, 3, Samples.Time, attributes), null);
        ledger.Values.ShouldBeEmpty();
        ledger.Take(new AttributeChange(org, Guid.NewGuid(), null, 3, Samples.Time, attributes), project);

        ledger.Values.Single().Value.Cases.ShouldBe(1);
        ledger.Keys.Single().Key.ShouldBe(new KeyName(new ProjectName(org, project), "team"));
    }

    private static void ShouldEqual(AttributeLedger ledger, AttributeCounts model, string seed)
    {
        ledger.Keys.ToDictionary(pair => pair.Key, pair => (pair.Value.Cases, pair.Value.Values)).ShouldBe(model.Keys, ignoreOrder: true, seed);
        ledger.Values.ToDictionary(pair => pair.Key, pair => pair.Value.Cases).ShouldBe(model.Values, ignoreOrder: true, seed);
        ledger.Keys.Values.ShouldAllBe(key => key.Overflow == 0, seed);
        ledger.Projects.Sum(project => project.Value.Keys).ShouldBe(model.Keys.Count, seed);
    }

    private static void ShouldHoldTogether(AttributeLedger ledger, AttributeOptions options, string seed)
    {
        foreach (var (name, project) in ledger.Projects)
        {
            var cases = ledger.Cases.Values.Where(state => new ProjectName(state.OrgId, state.ProjectId) == name).ToArray();
            project.Keys.ShouldBe(ledger.Keys.Keys.Count(key => key.Project == name), seed);
            project.Keys.ShouldBeLessThanOrEqualTo(options.KeysPerProject, seed);
            project.Overflow.ShouldBe(cases.Sum(state => state.Uncounted.Count(pair => pair.Value.IsEmpty)), seed);
        }

        foreach (var (name, key) in ledger.Keys)
        {
            var cases = ledger.Cases.Values
                .Where(state => new ProjectName(state.OrgId, state.ProjectId) == name.Project && state.Attributes.ContainsKey(name.Key)
                    && !(state.Uncounted.TryGetValue(name.Key, out var whole) && whole.IsEmpty))
                .ToArray();
            key.Cases.ShouldBe(cases.Length, seed);
            key.Values.ShouldBe(ledger.Values.Keys.Count(value => value.Key == name), seed);
            key.Values.ShouldBeLessThanOrEqualTo(options.ValuesPerKey, seed);
            var pairs = cases.Sum(state => (long)state.Attributes[name.Key].Length);
            (ledger.Values.Where(pair => pair.Key.Key == name).Sum(pair => pair.Value.Cases) + key.Overflow).ShouldBe(pairs, seed);
        }
    }
}
