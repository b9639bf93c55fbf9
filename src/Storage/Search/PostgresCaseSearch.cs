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
/// Searches the rows that the event store writes, so that a case is found as soon as its write is acknowledged. One statement gives
/// page and number of matches. Safe for use by many at once.
/// </summary>
/// <param name="source">The tenant's database; a replica only where a delay is wanted.</param>
/// <param name="types">The case types that <c>type:</c> can name.</param>
/// <param name="clock">What <c>now</c> means.</param>
/// <param name="options">The time limit.</param>
public sealed class PostgresCaseSearch(
    NpgsqlDataSource source, ImmutableArray<CaseType> types, TimeProvider clock, IOptions<SearchOptions> options) : ICaseSearch
{
    /// <inheritdoc/>
    public async ValueTask<Outcome<CaseSearchPage>> SearchAsync(CaseSearchRequest request, CancellationToken cancellationToken)
    {
        if (CheckPage(request) is { } refused)
        {
            return refused;
        }

        var bound = SearchBinder.Bind(request.Query, new(request.CallerId, clock.GetUtcNow(), types));
        if (!bound.Succeeded)
        {
            return bound.Error;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadAsync(request, bound.Value, cancellationToken);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
            {
                return DomainError.Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the search took longer than {options.Value.Timeout.TotalSeconds} s and was stopped; narrow it, for example by project or created_at"));
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

    private static DomainError? CheckPage(CaseSearchRequest request) => request switch
    {
        { PageSize: < 1 or > SearchLimits.MaxPageSize } =>
            DomainError.Invalid($"the page size is {request.PageSize}; it must be from 1 to {SearchLimits.MaxPageSize}"),
        { PageNumber: < 1 } => DomainError.Invalid($"the page number is {request.PageNumber}; pages are counted from 1"),
        _ when (long)request.PageSize * request.PageNumber > SearchLimits.Window => DomainError.Invalid(
            $"page {request.PageNumber} of {request.PageSize} cases lies beyond the first {SearchLimits.Window} matches, which is how far a search "
            + "can be paged; narrow the query, for example by created_at"),
        _ => null,
    };

    private async Task<CaseSearchPage> ReadAsync(CaseSearchRequest request, CaseFilter filter, CancellationToken cancellationToken)
    {
        var (text, sql) = SearchSql.Of(request, filter);
        await using var batch = source.CreateBatch();
        var settings = new NpgsqlBatchCommand(SearchSql.Settings);
        settings.Parameters.Add(new() { Value = options.Value.Timeout.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) });
        batch.BatchCommands.Add(settings);
        var search = new NpgsqlBatchCommand(text);
        search.Parameters.AddRange(sql.Parameters.ToArray());
        batch.BatchCommands.Add(search);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var cases = ImmutableArray.CreateBuilder<CaseSnapshot>(request.PageSize);
        long total = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            total = reader.GetInt64(CaseRow.Count);
            if (!reader.IsDBNull(0))
            {
                cases.Add(CaseRow.Read(reader));
            }
        }

        return new(cases.ToImmutable(), Math.Min(total, SearchLimits.Window), total > SearchLimits.Window);
    }
}
