using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Switchboard.Storage.PrivateServer;

namespace Switchboard.Storage.Tests.PrivateServer;

public sealed class PrivatePostgresTests : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "swpg" + Guid.NewGuid().ToString("N")[..8]);

    [Fact]
    public async Task A_server_is_made_started_reused_stopped_and_started_again_with_its_data()
    {
        var server = Server();
        (await server.StartAsync(null, TestContext.Current.CancellationToken)).ShouldBeTrue();
        await ExecuteAsync(server, "create table kept (n int); insert into kept values (42)");
        (await ExecuteAsync(server, "show fsync")).ShouldBe("on");

        // Another process would look at it with a fresh object, as here.
        (await Server().StartAsync(null, TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await Server().StopAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await Server().IsRunningAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await Server().StopAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();

        (await server.StartAsync(null, TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await ExecuteAsync(server, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_server_that_was_killed_starts_again_in_spite_of_its_lock()
    {
        var server = Server();
        await server.StartAsync(null, TestContext.Current.CancellationToken);
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid"), TestContext.Current.CancellationToken);
        using (var process = System.Diagnostics.Process.GetProcessById(int.Parse(lines[0], CultureInfo.InvariantCulture)))
        {
            process.Kill();
        }

        (await server.StartAsync(null, TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await ExecuteAsync(server, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_starts_at_once_make_one_server()
    {
        var started = await Task.WhenAll(
            Server().StartAsync(null, TestContext.Current.CancellationToken),
            Server().StartAsync(null, TestContext.Current.CancellationToken));

        started.Count(first => first).ShouldBe(1);
    }

    [Fact]
    public async Task Over_loopback_the_password_is_asked_for()
    {
        var port = FreePort();
        var server = Server(options => options with { LoopbackPort = port });
        await server.StartAsync(null, TestContext.Current.CancellationToken);
        var password = await File.ReadAllTextAsync(Path.Combine(_folder, "password"), TestContext.Current.CancellationToken);
        var address = $"Host=127.0.0.1;Port={port};Username=switchboard;Database=postgres;Pooling=false";

        await using var right = new NpgsqlConnection($"{address};Password={password}");
        await right.OpenAsync(TestContext.Current.CancellationToken);
        await using var wrong = new NpgsqlConnection($"{address};Password=guess");
        await Should.ThrowAsync<PostgresException>(() => wrong.OpenAsync(TestContext.Current.CancellationToken));

        var error = await Should.ThrowAsync<PrivatePostgresException>(
            () => Server().StartAsync(null, TestContext.Current.CancellationToken));
        error.Message.ShouldContain("already runs");
    }

    [Fact]
    public async Task A_closed_folder_on_the_way_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root starts the server as somebody else.");
        var closed = Path.Combine(_folder, "closed");
        Directory.CreateDirectory(closed);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var server = Server(options => options with { Folder = Path.Combine(closed, "deep", "down") });

        var error = await Should.ThrowAsync<PrivatePostgresException>(() => server.StartAsync(null, TestContext.Current.CancellationToken));
        error.Message.ShouldContain($"'{closed}' is closed");
    }

    [Fact]
    public async Task A_configured_folder_without_PostgreSQL_is_named()
    {
        var server = Server(options => options with { BinariesFolder = "/usr/share" });

        var error = await Should.ThrowAsync<PrivatePostgresException>(() => server.StartAsync(null, TestContext.Current.CancellationToken));
        error.Message.ShouldContain("'/usr/share'");
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_refused()
    {
        var server = Server(options => options with { SocketFolder = Path.Combine(_folder, new string('x', 100)) });

        var error = await Should.ThrowAsync<PrivatePostgresException>(() => server.StartAsync(null, TestContext.Current.CancellationToken));
        error.Message.ShouldContain("107");
    }

    public async ValueTask DisposeAsync()
    {
        await Server().StopAsync(CancellationToken.None);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private PrivatePostgres Server(Func<PrivatePostgresOptions, PrivatePostgresOptions>? change = null)
    {
        var options = new PrivatePostgresOptions { Folder = _folder };
        return new PrivatePostgres(change?.Invoke(options) ?? options, TimeProvider.System, NullLogger<PrivatePostgres>.Instance);
    }

    private static async Task<object?> ExecuteAsync(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
