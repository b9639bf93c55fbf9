using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Speech.Pools.Files;

namespace Switchboard.Speech.Pools;

/// <summary>The pools of the configuration.</summary>
internal sealed class EnginePools : ISpeechEnginePools
{
    private readonly Dictionary<string, Pool> _pools = new(StringComparer.OrdinalIgnoreCase);
    private readonly PoolOptions _options;
    private readonly PoolInstruments _instruments;
    private readonly FileDispatch _files;
    private readonly ILogger<EnginePools> _log;
    private readonly TimeProvider _time;

    public EnginePools(
        IOptions<PoolOptions> options,
        IEnumerable<IEngineKind> kinds,
        FileDispatch files,
        PoolInstruments instruments,
        TimeProvider time,
        ILogger<EnginePools> log)
    {
        (_options, _files, _instruments, _log, _time) = (options.Value, files, instruments, log, time);
        var byName = kinds.ToDictionary(static kind => kind.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, settings) in _options.Pools)
        {
            _pools[name] = new Pool(settings.Models, [.. settings.Nodes.Select(node => NodeOf(name, settings, node, byName[node.Kind]))]);
        }

        instruments.Watch(() => Nodes);
    }

    /// <summary>All nodes.</summary>
    public IEnumerable<EngineNode> Nodes => _pools.Values.SelectMany(static pool => pool.Nodes);

    /// <inheritdoc/>
    public SpeechError? Refusal(ListenParameters parameters, bool live)
    {
        if (PoolOf(parameters.Model) is not { } pool)
        {
            return _pools.Count == 0 ? SpeechError.Unavailable : SpeechError.NoSuchModel;
        }

        SpeechError? refusal = null;
        foreach (var node in pool.Nodes)
        {
            if (node.Kind.Refusal(parameters, live) is not { } refused)
            {
                return null;
            }

            refusal = refused;
        }

        return refusal;
    }

    /// <inheritdoc/>
    public async Task<LiveOpening> OpenAsync(EngineRequest request, IReadOnlyCollection<string> avoid, CancellationToken cancellationToken)
    {
        var tried = new HashSet<EngineNode>();
        while (Choose(request.Parameters, live: true, tried, avoid) is { } node)
        {
            try
            {
                using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                var engine = await node.Kind.ConnectAsync(node.Address, request, both.Token);
                return new LiveOpening(new LeasedEngine(engine, node), null);
            }
            catch (EngineRefusedRequestException refused)
            {
                node.Leave();
                return new LiveOpening(null, refused.Error);
            }
            catch (Exception error) when (IsNodesFault(error, cancellationToken))
            {
                Failed(node, error, request.RequestId);
            }
            catch
            {
                node.Leave();
                throw;
            }
        }

        return new LiveOpening(null, SpeechError.Unavailable);
    }

    /// <inheritdoc/>
    public Task<FileTranscription> TranscribeAsync(EngineRequest request, EngineUpload upload, CancellationToken cancellationToken) =>
        _files.RunAsync(this, request, upload, cancellationToken);

    /// <summary>Nodes that could do what is asked of a file.</summary>
    internal int CountFor(ListenParameters parameters) => PoolOf(parameters.Model)?.Nodes.Count(node => node.Kind.Refusal(parameters, live: false) is null) ?? 0;

    /// <summary>Whether one of them that was not tried takes work now.</summary>
    internal bool HasAnother(ListenParameters parameters, HashSet<EngineNode> tried) => PoolOf(parameters.Model)?.Nodes.Any(
        node => !tried.Contains(node) && node.LoadWithOneMore is not null && node.Kind.Refusal(parameters, live: false) is null) ?? false;

    internal static bool IsNodesFault(Exception error, CancellationToken cancellationToken) => error is EngineFailedException or EngineBusyException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>A node has failed at something; its place is given back.</summary>
    internal void Failed(EngineNode node, Exception error, Guid requestId)
    {
        node.Leave();
        if (error is not EngineBusyException)
        {
            node.Failed();
        }

        _instruments.Failed(node.Address.Name);
        _log.NodeFailed(node.Address.Name, requestId, error is OperationCanceledException ? "no answer in time" : error.Message);
    }

    /// <summary>Takes a place at a node: the least loaded first, those that have just failed this stream last.</summary>
    internal EngineNode? Choose(ListenParameters parameters, bool live, HashSet<EngineNode> tried, IReadOnlyCollection<string> avoid)
    {
        if (PoolOf(parameters.Model) is not { } pool)
        {
            return null;
        }

        foreach (var node in pool.Nodes
            .Where(node => !tried.Contains(node) && node.Kind.Refusal(parameters, live) is null)
            .Select(static node => (Node: node, Load: node.LoadWithOneMore))
            .Where(static one => one.Load is not null)
            .OrderBy(one => avoid.Contains(one.Node.Address.Name))
            .ThenBy(static one => one.Load)
            .Select(static one => one.Node))
        {
            tried.Add(node);
            if (node.TryEnter())
            {
                return node;
            }
        }

        return null;
    }

    private Pool? PoolOf(string? model)
    {
        if (model is not null)
        {
            foreach (var pool in _pools.Values)
            {
                if (pool.Has(model))
                {
                    return pool;
                }
            }

            if (_options.RefuseUnknownModels)
            {
                return null;
            }
        }

        return _pools.GetValueOrDefault(_options.DefaultPool);
    }

    private EngineNode NodeOf(string pool, EnginePoolOptions settings, EngineNodeOptions node, IEngineKind kind)
    {
        var url = new Uri(node.Url);
        var name = $"{pool}/{node.Name ?? $"{url.Host}:{url.Port}"}";
        return new EngineNode(new NodeAddress(name, url, node.Key, settings.EngineModel), kind, node.Capacity, node.HealthPath, _options, _time);
    }

    private sealed class Pool(List<string> models, EngineNode[] nodes)
    {
        public EngineNode[] Nodes => nodes;

        public bool Has(string model) => models.Exists(pattern => pattern.EndsWith('*')
            ? model.AsSpan().StartsWith(pattern.AsSpan()[..^1], StringComparison.OrdinalIgnoreCase)
            : model.Equals(pattern, StringComparison.OrdinalIgnoreCase));
    }
}
