using System.Globalization;

namespace Switchboard.KafkaBroker;

/// <summary>What a test asks of the brokers, a line each; every line is answered by <c>ok</c> or <c>error: reason</c>.</summary>
internal static class Commands
{
    /// <summary>What can be asked.</summary>
    public const string Known = "topic NAME PARTITIONS | down [BROKER] | up [BROKER] | fail API CODE COUNT";

    /// <summary>Does one thing.</summary>
    public static string Run(MockCluster cluster, string line)
    {
        try
        {
            switch (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                case ["topic", var name, var partitions]:
                    cluster.CreateTopic(name, Number(partitions));
                    break;
                case ["down"]:
                    Each(cluster, cluster.Down);
                    break;
                case ["down", var broker]:
                    cluster.Down(Number(broker));
                    break;
                case ["up"]:
                    Each(cluster, cluster.Up);
                    break;
                case ["up", var broker]:
                    cluster.Up(Number(broker));
                    break;
                case ["fail", var api, var code, var count]:
                    cluster.Fail((short)Number(api), Number(code), Number(count));
                    break;
                default:
                    return $"error: '{line}' is none of: {Known}";
            }

            return "ok";
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            return $"error: {error.Message}";
        }
    }

    private static void Each(MockCluster cluster, Action<int> action)
    {
        for (var broker = 1; broker <= cluster.Brokers; broker++)
        {
            action(broker);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
