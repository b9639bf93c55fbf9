namespace Switchboard.Silo.Hosting;

/// <summary>Where settings come from. Later ones win.</summary>
internal static class HostConfiguration
{
    /// <summary>Beginning of the names of environment variables: <c>SWITCHBOARD__HTTP__PORT</c> is <c>Http:Port</c>.</summary>
    public const string EnvironmentPrefix = "SWITCHBOARD__";

    /// <summary>
    /// The file beside the binary, then a file that <c>--config</c> names, then the environment, then the command line. Nothing else: no
    /// variable of another program can change what we do.
    /// </summary>
    public static void Use(IConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Clear();
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: false, reloadOnChange: false);
        if (new ConfigurationBuilder().AddCommandLine(args).Build()["config"] is { Length: > 0 } file)
        {
            if (!File.Exists(file))
            {
                throw new StartupFailedException($"The configuration file '{Path.GetFullPath(file)}' that --config names does not exist.");
            }

            configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        configuration.AddCommandLine(args);
    }
}
