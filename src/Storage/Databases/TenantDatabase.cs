using System.Globalization;
using Npgsql;
using Switchboard.Storage.Feed;

namespace Switchboard.Storage.Databases;

/// <summary>The connections to one tenant's database. Safe for use by many at once; owned by <see cref="TenantDatabases"/>.</summary>
public sealed class TenantDatabase : IAsyncDisposable
{
    /// <summary>The <c>application_name</c> of connections that append.</summary>
    internal const string WriterName = "switchboard-writer";

    // Together well below PostgreSQL's usual limit of 100, so that several processes fit on one server. More than a few dozen at once
    // only make a server slower; who waits for one of these waits for less.
    private const int ReaderConnections = 24;
    private const int NumberConnections = 7;
    private const int EffectConnections = 24;

    // The driver's own default, by which "not set" is recognised.
    private const int DriversPoolSize = 100;

    // Who writes finds rows by their keys and nothing else. A plan made while a table was empty would scan it, and be kept after it has
    // grown.
    private static readonly string[] _byKeysOnly =
        ["enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "plan_cache_mode=force_generic_plan"];

    private readonly NpgsqlDataSource? _replica;

    internal TenantDatabase(string tenant, TenantDatabaseOptions addresses, StorageOptions options)
    {
        Tenant = tenant;
        Primary = Build(tenant, addresses.Primary!, "switchboard", ["synchronous_commit=on"], ReaderConnections, options);
        Writer = Build(
            tenant,
            addresses.Primary!,
            WriterName,
            [
                "synchronous_commit=on",
                Milliseconds("idle_in_transaction_session_timeout", options.IdleTransactionTimeout),

                .. _byKeysOnly,
            ],
            options.AppendConnections + 2,
            options,
            isPlain: true);

        // A number is only ever used by an append after it, whose durable commit flushes this one's log records before its own: a
        // number whose commit is lost in a crash was never shown to anybody.
        Numbers = Build(tenant, addresses.Primary!, "switchboard-numbers", ["synchronous_commit=off"], NumberConnections, options, isPlain: true);

        // What a handler has done may be lost in a crash, because its stream's position is stored here too, after it and by a durable
        // commit, which flushes this one's log records before its own: a lost effect was never passed, and its event is delivered again.
        Effects = Build(
            tenant,
            addresses.Primary!,
            "switchboard-handlers",
            ["synchronous_commit=off", Milliseconds("idle_in_transaction_session_timeout", options.IdleTransactionTimeout), .. _byKeysOnly],
            EffectConnections,
            options,
            isPlain: true);
        _replica = addresses.Replica is { } replica ? Build(tenant, replica, "switchboard-replica", [], ReaderConnections, options) : null;
    }

    /// <summary><c>case-management</c> or <c>on-call</c>.</summary>
    public string Tenant { get; }

    /// <summary>The primary, for reads that must see every committed write.</summary>
    public NpgsqlDataSource Primary { get; }

    /// <summary>The replica if there is one, else the primary: for reads that can live with a delay.</summary>
    public NpgsqlDataSource Delayed => _replica ?? Primary;

    /// <summary>Raised after this process has appended.</summary>
    public LogSignal Committed { get; } = new();

    /// <summary>Connections for appends.</summary>
    internal NpgsqlDataSource Writer { get; }

    /// <summary>Connections for running numbers.</summary>
    internal NpgsqlDataSource Numbers { get; }

    /// <summary>Connections for the effects of handlers, whose commits do not wait for the disk.</summary>
    internal NpgsqlDataSource Effects { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Effects.DisposeAsync();
        await Writer.DisposeAsync();
        await Numbers.DisposeAsync();
        await Primary.DisposeAsync();
        if (_replica is not null)
        {
            await _replica.DisposeAsync();
        }
    }

    /// <summary>A pool of connections.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="connectionString">Where.</param>
    /// <param name="applicationName">What the server is told they are for.</param>
    /// <param name="settings">What is set on each from its start.</param>
    /// <param name="connections">At most so many.</param>
    /// <param name="options">Time-outs.</param>
    /// <param name="isPlain">
    /// Whether nobody leaves anything behind on one: no locks of the session, no settings, nothing listened to. It is not reset then each
    /// time it is given back, which costs the server seven statements.
    /// </param>
    private static NpgsqlDataSource Build(
        string tenant, string connectionString, string applicationName, string[] settings, int connections, StorageOptions options, bool isPlain = false)
    {
        // Without a name of its own a pool's metrics carry the connection string.
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = $"{tenant}/{applicationName}" };
        var connection = builder.ConnectionStringBuilder;
        connection.ApplicationName = applicationName;
        connection.MaxAutoPrepare = 100;
        connection.AutoPrepareMinUsages = 2;
        connection.CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 1;
        connection.CancellationTimeout = 1000;
        connection.NoResetOnClose = isPlain;
        connection.MaxPoolSize = connection.MaxPoolSize == DriversPoolSize ? connections : connection.MaxPoolSize;
        connection.IncludeErrorDetail = false; // details carry what customers wrote
        if (!connection.ContainsKey("Timeout"))
        {
            connection.Timeout = 3;
        }

        // Statements here take milliseconds; to compile one takes hundreds, and is done whenever the planner guesses too high. As start-up
        // options, because what is set later is gone when the driver resets the connection.
        string[] all = ["jit=off", Milliseconds("statement_timeout", options.StatementTimeout), .. settings];
        connection.Options = string.Join(' ', [.. connection.Options is { Length: > 0 } own ? (string[])[own] : [], .. all.Select(static setting => $"-c {setting}")]);
        return builder.Build();
    }

    private static string Milliseconds(string setting, TimeSpan value) =>
        string.Create(CultureInfo.InvariantCulture, $"{setting}={(long)value.TotalMilliseconds}");
}
