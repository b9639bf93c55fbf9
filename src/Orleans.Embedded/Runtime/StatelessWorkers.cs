using System.Collections.Concurrent;

namespace Orleans.Runtime;

/// <summary>
/// The activations of a stateless worker class: up to a limit for each key. A call goes to an idle one, else to a new one, else to the
/// one with the least to do. Idle ones are looked for twice a second and removed after one round without work.
/// </summary>
internal sealed class StatelessWorkers(GrainTypeContext type, int limit, bool removeIdle)
{
    private readonly ConcurrentDictionary<IdSpan, Group> _groups = new();

    internal int Count => _groups.Values.Sum(g => g.Count);

    internal IEnumerable<Activation> All => _groups.Values.SelectMany(g => g.Workers);

    internal bool RemovesIdle => removeIdle;

    /// <summary>The worker for the next call; if created, the caller has to start it.</summary>
    internal Activation Choose(IdSpan key, out bool created)
    {
        while (true)
        {
            if (_groups.GetOrAdd(key, static _ => new Group()).TryChoose(type, key, limit, out var worker, out created))
            {
                return worker!;
            }
        }
    }

    internal void Remove(Activation activation)
    {
        if (_groups.TryGetValue(activation.Key, out var group) && group.Remove(activation))
        {
            _groups.TryRemove(new KeyValuePair<IdSpan, Group>(activation.Key, group));
        }
    }

    /// <summary>Removes workers that were idle at the last inspection and still are.</summary>
    internal void RemoveIdle(int minCycles)
    {
        foreach (var group in _groups.Values)
        {
            group.RemoveIdle(minCycles);
        }
    }

    private sealed class Group
    {
        private readonly Lock _lock = new();
        private readonly List<Activation> _workers = [];
        private readonly List<int> _idleCycles = [];
        private bool _closed;

        internal int Count
        {
            get
            {
                lock (_lock)
                {
                    return _workers.Count;
                }
            }
        }

        internal Activation[] Workers
        {
            get
            {
                lock (_lock)
                {
                    return [.. _workers];
                }
            }
        }

        internal bool TryChoose(GrainTypeContext type, IdSpan key, int limit, out Activation? worker, out bool created)
        {
            lock (_lock)
            {
                created = false;
                worker = null;
                if (_closed)
                {
                    return false;
                }

                foreach (var candidate in _workers)
                {
                    if (candidate.Load == 0 && candidate.IsValid)
                    {
                        worker = candidate;
                        return true;
                    }

                    if (worker is null || candidate.Load < worker.Load)
                    {
                        worker = candidate;
                    }
                }

                if (_workers.Count < limit)
                {
                    worker = new Activation(type, key);
                    _workers.Add(worker);
                    _idleCycles.Add(0);
                    created = true;
                }

                return true;
            }
        }

        /// <summary>True: it is empty now and must not be used any more.</summary>
        internal bool Remove(Activation worker)
        {
            lock (_lock)
            {
                var index = _workers.IndexOf(worker);
                if (index >= 0)
                {
                    _workers.RemoveAt(index);
                    _idleCycles.RemoveAt(index);
                }

                return _closed = _workers.Count == 0;
            }
        }

        internal void RemoveIdle(int minCycles)
        {
            List<Activation> idle = [];
            lock (_lock)
            {
                for (var i = 0; i < _workers.Count; i++)
                {
                    _idleCycles[i] = _workers[i].Load == 0 && _workers[i].IsValid ? _idleCycles[i] + 1 : 0;
                    if (_idleCycles[i] > minCycles)
                    {
                        idle.Add(_workers[i]);
                    }
                }
            }

            foreach (var worker in idle)
            {
                worker.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "The stateless worker was idle."));
            }
        }
    }
}
