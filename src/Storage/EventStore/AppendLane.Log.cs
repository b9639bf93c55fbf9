using Microsoft.Extensions.Logging;

namespace Switchboard.Storage.EventStore;

internal sealed partial class AppendLane
{
    [LoggerMessage(2020, LogLevel.Warning, "Tenant {Tenant}: a transaction of {Appends} appends was rolled back by the server and is sent again.")]
    private partial void LogRolledBack(string tenant, int appends, Exception error);

    [LoggerMessage(2021, LogLevel.Warning, "Tenant {Tenant}: the database was lost while appending; trying to reach it again.")]
    private partial void LogLost(string tenant, Exception error);

    [LoggerMessage(2022, LogLevel.Information, "Tenant {Tenant}: the database is back after {Away}.")]
    private partial void LogBack(string tenant, TimeSpan away);

    [LoggerMessage(2023, LogLevel.Information, "Tenant {Tenant}: of {Lost} appends whose commit got no answer, {Committed} had been committed.")]
    private partial void LogLookedUp(string tenant, int lost, int committed);
}
