using Switchboard.Silo.Development;

namespace Switchboard.Silo.Hosting;

/// <summary>The last step of a start: the development organisation, and one line that says where to go.</summary>
internal static class ReadyLine
{
    /// <summary>Prints the line, and leaves it in the data folder for a caller that waits.</summary>
    public static async Task AnnounceAsync(WebApplication app, DataFolder? data, CancellationToken cancellationToken)
    {
        var url = app.Urls.First();
        var line = $"Switchboard is ready: {url}  API pages {url}/docs  health {url}/health  metrics {url}/metrics";
        if (app.Urls.Skip(1).FirstOrDefault() is { } grpc)
        {
            line += $"  gRPC {grpc}";
        }

        if (data is not null && app.Configuration.GetValue("Development:Organisation", false))
        {
            var file = data.File("dev-credentials.json");
            var organisation = ActivatorUtilities.CreateInstance<DevelopmentOrganisation>(app.Services, file);
            await organisation.EnsureAsync(url, cancellationToken);
            var relative = Path.GetRelativePath(Environment.CurrentDirectory, file);
            line += $"  credentials {(relative.StartsWith("..", StringComparison.Ordinal) ? file : relative)}";
        }

        Console.WriteLine(line);
        data?.MarkReady(line);
    }
}
