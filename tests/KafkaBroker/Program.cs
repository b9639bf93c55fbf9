using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Switchboard.KafkaBroker;

// A Kafka cluster for one machine's tests and for ./dev up --kafka: see MockCluster for what it can do.
//   Switchboard.KafkaBroker [--brokers N] [--topic NAME=PARTITIONS]... [--follow PID | --stay]
// Prints "ready HOST:PORT,..." and lives until its standard input ends, or the followed process, or until it is told to stop.
var brokers = 3;
var topics = new List<(string Name, int Partitions)>();
Process? followed = null;
var stays = false;
for (var at = 0; at < args.Length; at++)
{
    switch (args[at])
    {
        case "--brokers":
            brokers = int.Parse(args[++at], CultureInfo.InvariantCulture);
            break;
        case "--topic" when args[++at].Split('=') is [var name, var partitions]:
            topics.Add((name, int.Parse(partitions, CultureInfo.InvariantCulture)));
            break;
        case "--follow":
            followed = Process.GetProcessById(int.Parse(args[++at], CultureInfo.InvariantCulture));
            break;
        case "--stay":
            stays = true;
            break;
        default:
            Console.Error.WriteLine($"unknown argument {args[at]}; known: --brokers N, --topic NAME=PARTITIONS, --follow PID, --stay");
            return 2;
    }
}

var stopped = new TaskCompletionSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stopped.TrySetResult();
});
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = followed is not null || stays);

MockCluster cluster;
try
{
    cluster = new MockCluster(brokers);
}
catch (DllNotFoundException)
{
    Console.Error.WriteLine("librdkafka.so.1 is missing: install librdkafka1 (Debian, Ubuntu) or librdkafka (Fedora).");
    return 3;
}

using (cluster)
{
    foreach (var (name, partitions) in topics)
    {
        cluster.CreateTopic(name, partitions);
    }

    Console.WriteLine($"ready {cluster.BootstrapServers}");
    var ended = followed is not null ? followed.WaitForExitAsync()
        : stays ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System)
        : Task.Run(() => Answer(cluster));
    await Task.WhenAny(ended, stopped.Task);
}

return 0;

static void Answer(MockCluster cluster)
{
    while (Console.ReadLine() is { } line)
    {
        Console.WriteLine(Commands.Run(cluster, line));
    }
}
