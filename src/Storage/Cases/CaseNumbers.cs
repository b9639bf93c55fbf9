using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Switchboard.Grains.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Cases;

/// <summary>
/// Hands out numbers: while one statement is under way, later callers gather, and the next statement serves them all. A statement
/// whose outcome is lost is sent again; the numbers it may have taken stay unused.
/// </summary>
internal sealed class CaseNumbers(TenantDatabase database, IOptions<StorageOptions> options, TimeProvider time) : ICaseNumbers
{
    private const string Take =
        """
        insert into case_counter as c (org_id, scope, last)
        select * from unnest($1, $2, $3)
        on conflict (org_id, scope) do update set last = c.last + excluded.last
        returning org_id, scope, last
        """;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private List<Caller> _gathered = [];
    private bool _running;

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        WaitAsync(new Caller(orgId, projectId, IsNew: true), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextRangeAsync(Guid orgId, Guid projectId, int count, CancellationToken cancellationToken) =>
        WaitAsync(new Caller(orgId, projectId, IsNew: true, count), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CaseNumber> NextInProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken) =>
        WaitAsync(new Caller(orgId, projectId, IsNew: false), cancellationToken);

    private async ValueTask<CaseNumber> WaitAsync(Caller caller, CancellationToken cancellationToken)
    {
        bool first;
        lock (_lock)
        {
            _gathered.Add(caller);
            first = !_running;
            _running = true;
        }

        if (first)
        {
            // Not on the caller's context: a grain's turn must not wait for the statements of others.
            _ = Task.Run(ServeAsync, CancellationToken.None);
        }

        return await caller.Number.Task.WaitAsync(cancellationToken);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            List<Caller> callers;
            lock (_lock)
            {
                if (_gathered.Count == 0)
                {
                    _running = false;
                    return;
                }

                (callers, _gathered) = (_gathered, []);
            }

            try
            {
                HandOut(callers, await TakeAsync(callers));
            }
            catch (Exception error)
            {
                callers.ForEach(caller => caller.Number.TrySetException(error));
            }
        }
    }

    private async Task<Dictionary<(Guid OrgId, Guid Scope), long>> TakeAsync(List<Caller> callers)
    {
        // In order of the keys, so that two processes cannot wait for each other.
        var wanted = callers
            .SelectMany(caller => caller.Scopes)
            .AggregateBy(one => one.Scope, 0, static (sum, one) => sum + one.Count)
            .OrderBy(pair => pair.Key)
            .ToArray();
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await SendAsync(wanted);
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error))
            {
                if (DatabaseFailures.Classify(error) == DatabaseFailure.Refused || time.GetElapsedTime(started) > options.Value.AppendTimeout)
                {
                    throw DatabaseFailures.Unavailable(database.Tenant, "no case number could be taken", error);
                }
            }

            await Task.Delay(_pause, time);
        }
    }

    private async Task<Dictionary<(Guid OrgId, Guid Scope), long>> SendAsync(KeyValuePair<(Guid OrgId, Guid Scope), int>[] wanted)
    {
        await using var command = database.Numbers.CreateCommand(Take);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = Array.ConvertAll(wanted, one => one.Key.OrgId) });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = Array.ConvertAll(wanted, one => one.Key.Scope) });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = Array.ConvertAll(wanted, one => (long)one.Value) });
        await using var reader = await command.ExecuteReaderAsync();
        var last = new Dictionary<(Guid, Guid), long>();
        while (await reader.ReadAsync())
        {
            last[(reader.GetGuid(0), reader.GetGuid(1))] = reader.GetInt64(2);
        }

        // From the first number of the share to its last.
        return wanted.ToDictionary(one => one.Key, one => last[one.Key] - one.Value + 1);
    }

    private static void HandOut(List<Caller> callers, Dictionary<(Guid OrgId, Guid Scope), long> next)
    {
        foreach (var caller in callers)
        {
            var first = new CaseNumber(next[(caller.OrgId, caller.ProjectId)], caller.IsNew ? next[(caller.OrgId, caller.OrgId)] : 0);
            foreach (var (scope, count) in caller.Scopes)
            {
                next[scope] += count;
            }

            caller.Number.TrySetResult(first);
        }
    }

    private sealed record Caller(Guid OrgId, Guid ProjectId, bool IsNew, int Count = 1)
    {
        public IEnumerable<((Guid OrgId, Guid Id) Scope, int Count)> Scopes =>
            IsNew ? [((OrgId, ProjectId), Count), ((OrgId, OrgId), Count)] : [((OrgId, ProjectId), Count)];

        public TaskCompletionSource<CaseNumber> Number { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
