using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Grains.Search;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search;

/// <summary>
/// Searches the rows that the event store writes, so that a case is found as soon as its write is acknowledged. Each request is one
/// statement, hence one snapshot. Safe for use by many at once.
/// </summary>
/// <param name="source">The tenant's database; a replica only where a delay is wanted.</param>
/// <param name="types">The built-in case types; the organisations' own are read.</param>
/// <param name="clock">What <c>now</c> means.</param>
/// <param name="options">The time limits.</param>
public sealed class PostgresCaseSearch(
    NpgsqlDataSource source, ImmutableArray<CaseType> types, TimeProvider clock, IOptions<SearchOptions> options)
    : CaseSearch(types, new(TenantDatabases.CaseManagementTenant, source), clock)
{
    private readonly FacetTable _facets = new(source);

    /// <summary>Takes changes into the table that cases are counted by, as every search that reads it does first.</summary>
    internal Task CatchUpAsync(CancellationToken cancellationToken) => _facets.CatchUpAsync(cancellationToken);

    /// <inheritdoc/>
    protected override async ValueTask<Outcome<CaseSearchPage>> PageAsync(CaseSearchRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        filter = await ResolveAsync(request.OrgId, filter, request.Sort, cancellationToken);
        var expected = await ExpectedAsync(request.OrgId, filter, cancellationToken);
        if (!expected.Succeeded)
        {
            return expected.Error;
        }

        return await PageAsync(request, filter, expected.Value, cancellationToken);
    }

    /// <summary>The page, looked for in the way that suits what is expected; and in another one if that turns out to be wrong.</summary>
    internal async ValueTask<Outcome<CaseSearchPage>> PageAsync(
        CaseSearchRequest request, CaseFilter filter, ExpectedMatches expected, CancellationToken cancellationToken)
    {
        var notAllRead = false;
        var (text, sql) = SearchSql.Of(request, filter, expected);
        var page = await RunAsync(text, sql, options.Value.Timeout, ReadAsync, cancellationToken, ofPage: true);
        return notAllRead && !expected.AreCommon ? await PageAsync(request, filter, expected.MoreThanCounted, cancellationToken) : page;

        async Task<CaseSearchPage> ReadAsync(NpgsqlDataReader reader)
        {
            var cases = ImmutableArray.CreateBuilder<CaseSnapshot>(request.PageSize);
            var total = 0L;
            while (await reader.ReadAsync(cancellationToken))
            {
                (total, notAllRead) = (reader.GetInt64(CaseRow.Count), reader.GetBoolean(CaseRow.Count + 1));
                if (!reader.IsDBNull(0))
                {
                    cases.Add(CaseRow.Read(reader));
                }
            }

            // What was counted of more than the window may be less than what is shown; and a page that is not full is the last.
            var more = notAllRead;
            if (cases.Count > 0)
            {
                var shown = ((long)request.PageSize * (request.PageNumber - 1)) + cases.Count;
                (total, more) = cases.Count < request.PageSize ? (shown, false) : (Math.Max(total, shown), more);
            }

            return new(cases.ToImmutable(), Math.Min(total, SearchLimits.Window), more || total > SearchLimits.Window);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<Outcome<CaseCounts>> CountAsync(CaseCountRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var (text, sql) = CountSql.Of(request, filter);
        return RunAsync(text, sql, options.Value.Timeout, ReadAsync, cancellationToken);

        async Task<CaseCounts> ReadAsync(NpgsqlDataReader reader)
        {
            var values = request.GroupBys.Select(static _ => ImmutableArray.CreateBuilder<CaseValueCount>()).ToArray();
            long total = 0;
            while (await reader.ReadAsync(cancellationToken))
            {
                var (field, count) = (reader.GetInt32(0), reader.GetInt64(2));
                if (field < 0)
                {
                    total = count;
                }
                else
                {
                    values[field].Add(new(reader.TextOrNull(1), count));
                }
            }

            return new(total, [.. request.GroupBys.Select((field, i) => new CaseFieldCounts(field, values[i].ToImmutable()))]);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<Outcome<CaseAggregate>> AggregateAsync(
        CaseAggregateRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var (text, sql) = AggregateSql.Of(request, filter);
        return RunAsync(text, sql, options.Value.Timeout, ReadAsync, cancellationToken);

        async Task<CaseAggregate> ReadAsync(NpgsqlDataReader reader)
        {
            var groups = ImmutableArray.CreateBuilder<CaseGroup>();
            long total = 0;
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetBoolean(0))
                {
                    total = reader.GetInt64(1);
                }
                else
                {
                    groups.Add(new([.. request.GroupBy.Select((_, i) => reader.TextOrNull(i + 2))], reader.GetInt64(1)));
                }
            }

            return new(total, groups.ToImmutable());
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<Outcome<CaseWalkPart>> WalkAsync(
        Guid orgId, CaseFilter filter, CaseWalkPosition after, int size, CancellationToken cancellationToken)
    {
        var (text, sql) = SearchSql.Walk(orgId, filter, after, size);
        return RunAsync(text, sql, options.Value.WalkTimeout, ReadAsync, cancellationToken);

        async Task<CaseWalkPart> ReadAsync(NpgsqlDataReader reader)
        {
            var cases = await ListAsync(reader, CaseRow.Read, cancellationToken);
            return new([.. cases], cases.Count < size ? null : after with { CreatedAt = cases[^1].CreatedAt, Id = cases[^1].Id });
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<Outcome<IReadOnlyList<string>>> AttributesAsync(
        Guid orgId, CaseFilter within, string? key, string typed, int limit, CancellationToken cancellationToken)
    {
        var (text, sql) = SuggestSql.Of(orgId, within, key, typed, limit);
        return RunAsync(text, sql, options.Value.Timeout, reader => ListAsync(reader, static row => row.GetString(0), cancellationToken), cancellationToken);
    }

    private async ValueTask<Outcome<ExpectedMatches>> ExpectedAsync(Guid orgId, CaseFilter filter, CancellationToken cancellationToken)
    {
        return SearchSql.Expected(orgId, filter) is var (text, sql)
            ? await RunAsync(text, sql, options.Value.Timeout, ReadAsync, cancellationToken)
            : ExpectedMatches.None;

        async Task<ExpectedMatches> ReadAsync(NpgsqlDataReader reader)
        {
            await reader.ReadAsync(cancellationToken);
            return ExpectedMatches.Read(reader.GetString(0));
        }
    }

    /// <summary>Where the index of words and tags answers alone, it must be asked for projects by their ids.</summary>
    private async ValueTask<CaseFilter> ResolveAsync(Guid orgId, CaseFilter filter, CaseSort sort, CancellationToken cancellationToken)
    {
        if (!SearchTables.Of(filter, sort).Text || filter is not AllFilter all)
        {
            return filter;
        }

        var parts = all.Parts.ToBuilder();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is TextFilter { Field: CaseTextField.ProjectKey } named)
            {
                var projects = await Names.ProjectsAsync(orgId, named.Pattern, cancellationToken);
                parts[i] = projects.IsEmpty ? new ConstantFilter(false) : new ProjectFilter([.. projects.Select(static p => p.Id)]);
            }
        }

        return new AllFilter(parts.ToImmutable());
    }

    private static async Task<IReadOnlyList<T>> ListAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private async ValueTask<Outcome<T>> RunAsync<T>(
        string text, FilterSql sql, TimeSpan timeout, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, bool ofPage = false)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (sql.NeedsFacets)
                {
                    await _facets.CatchUpAsync(cancellationToken).WaitAsync(timeout, TimeProvider.System, cancellationToken);
                }

                await using var batch = source.CreateBatch();
                batch.Timeout = (int)Math.Ceiling(timeout.TotalSeconds) + 5; // the server's own limit comes first
                var settings = new NpgsqlBatchCommand(SearchSql.Settings);
                settings.Parameters.Add(new() { Value = timeout.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) });
                batch.BatchCommands.Add(settings);
                if (ofPage)
                {
                    batch.BatchCommands.Add(new(SearchSql.PageSettings));
                }

                var search = new NpgsqlBatchCommand(text);
                search.Parameters.AddRange(sql.Parameters.Select(static p => p.Clone()).ToArray());
                batch.BatchCommands.Add(search);

                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                for (var i = 1; i < batch.BatchCommands.Count; i++)
                {
                    await reader.NextResultAsync(cancellationToken);
                }

                return await read(reader);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
            {
                return TookTooLong(timeout);
            }
            catch (TimeoutException)
            {
                return TookTooLong(timeout);
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) && DatabaseFailures.Classify(error) != DatabaseFailure.Refused)
            {
                if (attempt > 1 || !DatabaseFailures.IsStaleConnection(error))
                {
                    throw DatabaseFailures.Unavailable(TenantDatabases.CaseManagementTenant, "a search failed", error);
                }
            }
        }
    }

    private static DomainError TookTooLong(TimeSpan timeout) => DomainError.Invalid(string.Create(
        CultureInfo.InvariantCulture, $"the search took longer than {timeout.TotalSeconds} s and was stopped; narrow it, for example by project or created_at"));
}
