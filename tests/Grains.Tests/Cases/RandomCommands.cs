using System.Collections.Immutable;
using Switchboard.Cases;

namespace Switchboard.Grains.Tests.Cases;

/// <summary>Commands by chance: mostly sensible ones, so that a run reaches every state, and some that are refused or change nothing.</summary>
internal sealed class RandomCommands(int seed)
{
    private static readonly string[] Statuses = ["Open", "in progress", "CLOSED", "Approved", "Declined", "Pending approval", "no such"];
    private static readonly string[] Words = ["disk", "db-3", "\ud83d\udd25", "\"quoted\"", "", "<b>", "ümlaut", "a\0b"];

    private readonly Random _random = new(seed);
    private readonly List<Guid> _comments = [];
    private readonly List<Guid> _tasks = [];

    public OpenCase Opening() => CaseStory.Opening with
    {
        TypeId = Pick(CaseTypes.BuiltIn.AsSpan()).Id,
        Title = "opened by chance",
        Description = Words[_random.Next(4)],
        Priority = (CasePriority)_random.Next(6),
        AssigneeId = _random.Next(2) == 0 ? CaseStory.Ben.Id : null,
        Attributes = Attributes(),
    };

    public bool NextIsComment() => _random.Next(3) == 0;

    public CaseCommand Command() => _random.Next(18) switch
    {
        0 => new SetTitle(Pick<string>(Words)),
        1 => new SetDescription(Pick<string>(Words)),
        2 => new SetPriority((CasePriority)_random.Next(7)),
        3 => new SetStatus(Pick<string>(Statuses), null),
        4 => new SetStatus(null, (StatusGroup)_random.Next(3)),
        5 => new Assign(Pick([CaseStory.Ana.Id, CaseStory.Ben.Id])),
        6 => new Unassign(),
        7 => new ReplaceAttributes(Attributes()),
        8 => new SetDueDate(_random.Next(3) == 0 ? null : new DateOnly(2026, 1, 1 + _random.Next(3))),
        9 => new SetResolvedReason(Pick(["FALSE_POSITIVE", "BENIGN_POSITIVE", "no reason"])),
        10 => _random.Next(2) == 0 ? new Watch(CaseStory.Ben.Id) : new Unwatch(Pick([CaseStory.Ana.Id, CaseStory.Ben.Id])),
        14 => Task(),
        15 => Task(),
        16 => new SetClosedReason(Pick(["DONE", "DUPLICATE", null, "no reason"])),
        17 => new SetStatus(null, (StatusGroup)_random.Next(3), Pick(["WONT_DO", "BENIGN", null])),
        12 => _random.Next(3) == 0
            ? new ClearCustomValue("region")
            : new SetCustomValue("REGION", new(CustomAttributeTypes.Select, true, [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Pick(["eu", "us", "mars"]))])),
        11 => _random.Next(2) == 0 ? new AddInsights(Insights()) : new RemoveInsights(Insights()),
        _ => _random.Next(2) == 0 ? new Archive() : new Unarchive(),
    };

    private CaseCommand Task()
    {
        if (_tasks.Count == 0 || _random.Next(3) == 0)
        {
            Span<byte> id = stackalloc byte[16];
            _random.NextBytes(id);
            _tasks.Add(new Guid(id));
            return new AddTask(_tasks[^1], Pick<string>(Words), _random.Next(2) == 0 ? CaseStory.Ben.Id : null, _random.Next(3) == 0 ? _random.Next(-1, 4) : null);
        }

        var task = _tasks[_random.Next(_tasks.Count)];
        return _random.Next(4) == 0
            ? new RemoveTask(task)
            : new ChangeTask(
                task,
                _random.Next(3) == 0 ? Pick<string>(Words) : null,
                _random.Next(2) == 0 ? _random.Next(2) == 0 : null,
                _random.Next(3) == 0 ? CaseStory.Ana.Id : null,
                _random.Next(5) == 0,
                _random.Next(2) == 0 ? _random.Next(5) : null);
    }

    public CommentCommand Comment()
    {
        if (_comments.Count == 0 || _random.Next(3) == 0)
        {
            Span<byte> id = stackalloc byte[16];
            _random.NextBytes(id);
            _comments.Add(new Guid(id));
            return new AddComment(_comments[^1], Pick<string>(Words));
        }

        var cell = _comments[_random.Next(_comments.Count)];
        return _random.Next(2) == 0 ? new EditComment(cell, Pick<string>(Words)) : new DeleteComment(cell);
    }

    public T Pick<T>(ReadOnlySpan<T> from) => from[_random.Next(from.Length)];

    private ImmutableArray<CaseInsight> Insights() =>
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new CaseInsight("MONITOR", "/monitors", $"{_random.Next(3)}"))];

    private ImmutableSortedDictionary<string, ImmutableArray<string>> Attributes()
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var key in (string[])["team", "Service", "env"])
        {
            if (_random.Next(2) == 0)
            {
                map[key] = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Words[_random.Next(3)])];
            }
        }

        return map.ToImmutable();
    }
}
