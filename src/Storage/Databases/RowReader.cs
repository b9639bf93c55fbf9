using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Switchboard.Storage.Databases;

/// <summary>
/// Runs queries on a database. A query whose connection turns out to be dead is sent once more, on another: the pool cannot know that
/// the server was restarted. What still fails is a <see cref="Grains.EventStore.StorageUnavailableException"/>.
/// </summary>
public sealed class RowReader(string tenant, NpgsqlDataSource source)
{
    /// <summary>The first row, or null. Parameters are <c>$1</c>, <c>$2</c>, ... in the order given.</summary>
    public async ValueTask<T?> FindAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
        where T : class
    {
        var rows = await ListAsync(sql, parameters, map, cancellationToken);
        return rows.IsEmpty ? null : rows[0];
    }

    /// <summary>All rows. Parameters are <c>$1</c>, <c>$2</c>, ... in the order given.</summary>
    public async ValueTask<ImmutableArray<T>> ListAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = source.CreateCommand(sql);
                foreach (var parameter in parameters)
                {
                    command.Parameters.Add(attempt == 1 ? parameter : parameter.Clone());
                }

                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                var rows = ImmutableArray.CreateBuilder<T>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add(map(reader));
                }

                return rows.DrainToImmutable();
            }
            catch (Exception error) when (DatabaseFailures.IsDatabaseError(error) && DatabaseFailures.Classify(error) != DatabaseFailure.Refused)
            {
                if (attempt > 1 || !DatabaseFailures.IsStaleConnection(error))
                {
                    throw DatabaseFailures.Unavailable(tenant, "a query failed", error);
                }
            }
        }
    }

    /// <summary>Rows page by page, for lists without a bound: <paramref name="next"/> gives the parameters of the page after a row.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string sql,
        int pageSize,
        Func<T?, NpgsqlParameter[]> next,
        Func<NpgsqlDataReader, T> map,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        T? last = default;
        while (true)
        {
            var page = await ListAsync(sql, next(last), map, cancellationToken);
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Length < pageSize)
            {
                yield break;
            }

            last = page[^1];
        }
    }
}
