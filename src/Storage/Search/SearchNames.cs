using System.Collections.Immutable;
using Npgsql;
using Switchboard.Cases;
using Switchboard.Grains.Search;
using Switchboard.Storage.Cases;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Search;

/// <summary>Reads what projects and users are called.</summary>
/// <param name="tenant">The tenant, for errors.</param>
/// <param name="source">Its database.</param>
public sealed class SearchNames(string tenant, NpgsqlDataSource source)
{
    // More than any organisation has; a bound all the same.
    private const int MostProjects = 100_000;

    private readonly RowReader _rows = new(tenant, source);

    /// <summary>The organisation's projects with their keys.</summary>
    public ValueTask<ImmutableArray<NamedId>> ProjectsAsync(Guid orgId, CancellationToken cancellationToken) => _rows.ListAsync(
        "select id, key from project where org_id = $1 order by key limit $2",
        [Parameters.Of(orgId), Parameters.Of(MostProjects)],
        Read,
        cancellationToken);

    /// <summary>Projects whose key matches.</summary>
    public ValueTask<ImmutableArray<NamedId>> ProjectsAsync(Guid orgId, TextPattern key, CancellationToken cancellationToken) => _rows.ListAsync(
        "select id, key from project where org_id = $1 and key like $2",
        [Parameters.Of(orgId), Parameters.Of(LikePattern.Of(key, static p => p.ToUpperInvariant()))],
        Read,
        cancellationToken);

    /// <summary>Users whose handle (e-mail address) matches, at most so many.</summary>
    public ValueTask<ImmutableArray<NamedId>> UsersAsync(Guid orgId, TextPattern handle, int most, CancellationToken cancellationToken) => _rows.ListAsync(
        "select id, email from org_user where org_id = $1 and email like $2 order by email limit $3",
        [Parameters.Of(orgId), Parameters.Of(LikePattern.Of(handle, null)), Parameters.Of(most)],
        Read,
        cancellationToken);

    /// <summary>The organisation's own case types, deleted ones too, and what it calls the built-in ones.</summary>
    public ValueTask<ImmutableArray<CaseTypeSnapshot>> TypesAsync(Guid orgId, CancellationToken cancellationToken) =>
        new CaseTypeRows(_rows).ListAsync(orgId, cancellationToken);

    private static NamedId Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1));
}

/// <summary>An id and what it is called.</summary>
public sealed record NamedId(Guid Id, string Name);
