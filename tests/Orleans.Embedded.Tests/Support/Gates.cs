using System.Collections.Concurrent;

namespace Orleans.Embedded.Tests;

/// <summary>Lets a test hold grain methods at named points. Names are unique to the test, so that tests can run side by side.</summary>
internal static class Gates
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, Gate> s_gates = new();

    internal static string NewName() => Guid.NewGuid().ToString("N");

    /// <summary>In a grain: tells that it is here and waits to be let through.</summary>
    internal static Task PassAsync(string name) => Of(name).PassAsync();

    /// <summary>In a test: waits until so many have come to the gate.</summary>
    internal static Task ArrivedAsync(string name, int count = 1) => Of(name).ArrivedAsync(count).WaitAsync(s_patience);

    internal static int Arrivals(string name) => Of(name).Arrivals;

    /// <summary>In a test: lets everybody through from now on.</summary>
    internal static void Open(string name) => Of(name).Open();

    private static Gate Of(string name) => s_gates.GetOrAdd(name, static _ => new Gate());

    private sealed class Gate
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
        private int _arrivals;

        internal int Arrivals => Volatile.Read(ref _arrivals);

        internal void Open() => _open.TrySetResult();

        internal Task PassAsync()
        {
            lock (_lock)
            {
                _arrivals++;
                foreach (var (count, reached) in _watchers)
                {
                    if (_arrivals >= count)
                    {
                        reached.TrySetResult();
                    }
                }
            }

            return _open.Task;
        }

        internal Task ArrivedAsync(int count)
        {
            lock (_lock)
            {
                if (_arrivals >= count)
                {
                    return Task.CompletedTask;
                }

                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _watchers.Add((count, reached));
                return reached.Task;
            }
        }
    }
}
