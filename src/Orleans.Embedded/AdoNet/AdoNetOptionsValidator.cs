using System.Data.Common;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.AdoNet;

/// <summary>Stops the silo's start on options that cannot work; messages name the option to set, never a connection string.</summary>
internal sealed class AdoNetOptionsValidator(string owner, string? invariant, string? connectionString, DbDataSource? dataSource)
    : IConfigurationValidator
{
    /// <summary>The provider name that Microsoft Orleans gives PostgreSQL.</summary>
    public const string PostgreSql = "Npgsql";

    public static AdoNetOptionsValidator For(AdoNetGrainStorageOptions options, string name) =>
        new(
            $"{nameof(AdoNetGrainStorageOptions)} of storage \"{name}\"", options.Invariant, options.ConnectionString, options.DataSource);

    public static AdoNetOptionsValidator For(AdoNetReminderTableOptions options) =>
        new(nameof(AdoNetReminderTableOptions), options.Invariant, options.ConnectionString, options.DataSource);

    public static AdoNetOptionsValidator For(AdoNetClusteringSiloOptions options) =>
        new(nameof(AdoNetClusteringSiloOptions), options.Invariant, options.ConnectionString, options.DataSource);

    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(invariant))
        {
            throw new OrleansConfigurationException($"{owner}: set Invariant (\"{PostgreSql}\" for PostgreSQL).");
        }

        if (invariant != PostgreSql)
        {
            throw new OrleansConfigurationException(
                $"{owner}: Invariant is \"{invariant}\", but the embedded engine knows PostgreSQL only: set \"{PostgreSql}\".");
        }

        if (string.IsNullOrWhiteSpace(connectionString) == (dataSource is null))
        {
            throw new OrleansConfigurationException($"{owner}: set exactly one of ConnectionString and DataSource.");
        }

        if (dataSource is not (null or NpgsqlDataSource))
        {
            throw new OrleansConfigurationException(
                $"{owner}: DataSource is a {dataSource.GetType().FullName}; PostgreSQL needs an {nameof(NpgsqlDataSource)}.");
        }

        if (dataSource is null)
        {
            Parse(connectionString!);
        }
    }

    private void Parse(string text)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The parser's message may quote a part of the text, and that part may be a password.
            throw new OrleansConfigurationException($"{owner}: ConnectionString is not one of PostgreSQL (keyword=value;...).");
        }
    }
}
