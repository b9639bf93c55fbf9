using System.Collections.Immutable;
using Switchboard.Commands;
using Switchboard.Grains.Audit;
using Switchboard.Handlers.Audit;
using Switchboard.Testing;

namespace Switchboard.Handlers.Tests.Audit;

/// <summary>Pure: chains in memory.</summary>
public sealed class AuditChainTests
{
    private static readonly Guid _org = new("018f0000-0000-7000-8000-000000000001");

    /// <summary>The canonical bytes are for ever: chains of years ago must still verify.</summary>
    [Fact]
    public void The_hash_of_an_entry_never_changes()
    {
        var entry = Entry(7) with
        {
            EventId = new Guid("018f0000-0000-7000-8000-000000000002"),
            TargetId = new Guid("018f0000-0000-7000-8000-000000000003"),
            Actor = Actor.User(new Guid("018f0000-0000-7000-8000-000000000004")),
            OccurredAt = Samples.Time.AddMicroseconds(123_456),
            RecordedAt = Samples.Time.AddMicroseconds(123_999),
            Number = 42,
        };

        Hex(AuditChain.HashOf(AuditChain.Beginning, entry)).ShouldBe("5c24f29359190a10ae1132cbbf8492420a2093b4566c1175802a9507cb63b404");
    }

    [Fact]
    public void A_chain_as_it_was_written_is_whole()
    {
        var (chain, head) = Chain(50);

        Check(chain, head, after: 0).ShouldBeNull();
        Check(chain, head, after: 20).ShouldBeNull();
        Check(chain, head, after: 50).ShouldBeNull();
    }

    [Fact]
    public void Whatever_is_changed_taken_away_doubled_or_swapped_in_a_chain_shows_at_that_place()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var (chain, head) = Chain(random.Next(2, 40));
            var at = random.Next(chain.Length);
            var broken = Tamper(random, chain, at);

            var fault = Check(broken, head, after: 0);

            fault.ShouldNotBeNull($"seed {seed}, round {round}, at {at}");
            fault.Number.ShouldBe(at + 1, $"seed {seed}, round {round}: {fault.Detail}");
        }
    }

    [Fact]
    public void A_chain_that_was_cut_or_lengthened_behind_the_heads_back_shows()
    {
        var (chain, head) = Chain(10);

        Check(chain[..^1], head, after: 0).ShouldNotBeNull().Kind.ShouldBe(AuditFaultKind.Missing);
        Check(chain, new AuditHead(9, chain[8].Hash), after: 0, newest: 10).ShouldNotBeNull().Kind.ShouldBe(AuditFaultKind.HeadDiffers);
        Check(chain, head with { Hash = chain[0].Hash }, after: 0).ShouldNotBeNull().Kind.ShouldBe(AuditFaultKind.HeadDiffers);
    }

    [Fact]
    public void A_chain_that_was_written_anew_does_not_have_the_hash_that_was_noted()
    {
        var (chain, _) = Chain(10);
        var (other, head) = Chain(10);

        Check(other, head, after: 0).ShouldBeNull();
        Check(other, head, after: 0, known: (5, chain[4].Hash)).ShouldNotBeNull().Kind.ShouldBe(AuditFaultKind.WrittenAnew);
        Check(other, head, after: 0, known: (11, chain[4].Hash)).ShouldNotBeNull().Kind.ShouldBe(AuditFaultKind.WrittenAnew);
        Check(other, head, after: 0, known: (5, other[4].Hash)).ShouldBeNull();
    }

    [Fact]
    public void Every_member_of_an_entry_counts_for_its_hash()
    {
        var entry = Entry(1);
        AuditEntry[] others =
        [
            entry with { Tenant = "on-call" }, entry with { OrgId = Guid.NewGuid() }, entry with { Number = 2 }, entry with { EventId = Guid.NewGuid() },
            entry with { Type = "case.opened2" }, entry with { Schema = 2 }, entry with { TargetType = "project" }, entry with { TargetId = Guid.NewGuid() },
            entry with { TargetVersion = 9 }, entry with { Actor = new Actor(ActorKind.Rule, entry.Actor.Id) }, entry with { Actor = Actor.User(Guid.NewGuid()) },
            entry with { RequestId = "r" }, entry with { CausationId = "" }, entry with { TraceParent = "t" },
            entry with { OccurredAt = entry.OccurredAt.AddMicroseconds(1) }, entry with { RecordedAt = entry.RecordedAt.AddMicroseconds(1) },
            entry with { Details = "{ }" },
        ];

        var hashes = others.Append(entry).Select(one => Hex(AuditChain.HashOf(AuditChain.Beginning, one))).ToArray();

        hashes.Distinct().Count().ShouldBe(hashes.Length);
        Hex(AuditChain.HashOf(Chain(1).Head.Hash, entry)).ShouldNotBe(Hex(AuditChain.HashOf(AuditChain.Beginning, entry)));
    }

    private static ImmutableArray<AuditEntry> Tamper(Random random, ImmutableArray<AuditEntry> chain, int at)
    {
        var one = chain[at];
        switch (random.Next(5))
        {
            case 0:
                return chain.SetItem(at, one with { Details = """{"to":"P5"}""" });
            case 1:
                return chain.SetItem(at, one with { Actor = Actor.User(Guid.NewGuid()) });
            case 2:
                return chain.RemoveAt(at);
            case 3:
                var hash = one.Hash.ToArray();
                hash[random.Next(hash.Length)] ^= 1;
                return chain.SetItem(at, one with { Hash = [.. hash] });
            default:
                // Two entries change places but keep their numbers.
                var other = at == chain.Length - 1 ? 0 : at + 1;
                return at == chain.Length - 1
                    ? chain.SetItem(at, chain[other] with { Number = one.Number })
                    : chain.SetItem(at, chain[other] with { Number = one.Number }).SetItem(other, one with { Number = chain[other].Number });
        }
    }

    private static AuditFault? Check(
        ImmutableArray<AuditEntry> chain, AuditHead head, long after, (long, ImmutableArray<byte>)? known = null, long newest = 0)
    {
        var follower = new AuditFollower(head, after, known);
        foreach (var entry in chain.Where(entry => entry.Number >= Math.Max(1, after)))
        {
            if (!follower.Follow(entry))
            {
                break;
            }
        }

        follower.End(newest);
        return follower.Fault;
    }

    private static (ImmutableArray<AuditEntry> Chain, AuditHead Head) Chain(int length)
    {
        var chain = AuditChain.Append(new AuditHead(0, AuditChain.Beginning), Enumerable.Range(0, length).Select(Entry));
        return (chain, new AuditHead(length, chain[^1].Hash));
    }

    private static AuditEntry Entry(int number) => new()
    {
        Tenant = "case-management",
        OrgId = _org,
        Number = 0,
        EventId = Guid.NewGuid(),
        Type = "case.priority_changed",
        Schema = 1,
        TargetType = "case",
        TargetId = Guid.NewGuid(),
        TargetVersion = number,
        Actor = Actor.System,
        RequestId = $"request-{number}",
        OccurredAt = Samples.Time.AddSeconds(number),
        RecordedAt = Samples.Time.AddSeconds(number),
        Details = """{"from":"P2","to":"P1"}""",
        Hash = [],
    };

    private static string Hex(ImmutableArray<byte> hash) => Convert.ToHexStringLower(hash.AsSpan());
}
