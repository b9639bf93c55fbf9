using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Speech.Listen;
using Switchboard.Grains.Speech.Sessions;
using Switchboard.Speech.Pools;

namespace Switchboard.Silo.Speech;

/// <summary>Puts speech into a process: its sessions, its engines, and the wire where the gateway is served.</summary>
internal static class SpeechWiring
{
    /// <summary>Adds it. Without a configured pool, the local engine is the pool.</summary>
    public static void AddSpeechServices(this IServiceCollection services, ConfigurationManager configuration, bool servesClients)
    {
        services.AddSpeechSessions();
        if (!servesClients)
        {
            return;
        }

        services.AddOptions<LocalEngineOptions>().BindConfiguration(LocalEngineOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalEngineOptions>, LocalEngineOptionsValidator>();
        var local = configuration.GetSection(LocalEngineOptions.Section).Get<LocalEngineOptions>() ?? new LocalEngineOptions();
        if (local.Assembly.Length > 0 && !configuration.GetSection("Speech:Pools").GetChildren().Any())
        {
            var port = local.Port > 0 ? local.Port : FreePort();
            configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Speech:Pools:default:Nodes:0:Name"] = "local",
                ["Speech:Pools:default:Nodes:0:Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
                ["Speech:Pools:default:Nodes:0:Capacity"] = local.Capacity.ToString(CultureInfo.InvariantCulture),
            });
            services.AddSingleton(new LocalEngineAddress(port));
            services.AddHostedService<LocalEngine>();
        }

        services.AddSpeechEnginePools(configuration);
        services.AddSpeech(configuration);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
