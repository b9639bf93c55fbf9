using System.Collections.Concurrent;

namespace Switchboard.Speech.Recognition;

/// <summary>
/// As many threads as there are cores, for decoding alone: the thread pool, on which frames, pings and health checks are answered,
/// never waits for a decoder. Work is done in the order in which it comes.
/// </summary>
internal sealed class DecodeThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    public DecodeThreads(int threads, string name)
    {
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"{name} {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Pieces of work that wait for a thread.</summary>
    public int Waiting => _work.Count;

    /// <summary>Does the work on one of the threads; once begun it is not broken off.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    /// <summary>Waits until the work that was begun or handed over is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _work.Dispose();
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
