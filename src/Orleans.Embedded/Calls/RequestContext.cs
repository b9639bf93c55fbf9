namespace Orleans.Runtime;

/// <summary>
/// Values that flow with calls from caller to callee, never back. The dictionary behind them is never changed after it is set, so
/// that calls share it.
/// </summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";
    private static readonly AsyncLocal<Dictionary<string, object>?> s_values = new();

    /// <summary>All keys.</summary>
    public static IEnumerable<string> Keys => s_values.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>All values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => s_values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The call chain that may re-enter its grains; empty when there is none.</summary>
    public static Guid ReentrancyId
    {
        get => ReentrancyIdOf(s_values.Value);
        set
        {
            if (value == Guid.Empty)
            {
                Remove(ReentrancyKey);
            }
            else
            {
                Set(ReentrancyKey, value);
            }
        }
    }

    internal static Dictionary<string, object>? CurrentValues
    {
        get => s_values.Value;
        set => s_values.Value = value;
    }

    /// <summary>The value, or null.</summary>
    public static object? Get(string key) => s_values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for this flow of control and the calls it makes.</summary>
    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        var values = s_values.Value is { } current ? new Dictionary<string, object>(current) : new Dictionary<string, object>(1);
        values[key] = value;
        s_values.Value = values;
    }

    /// <summary>Removes a value; false if there was none.</summary>
    public static bool Remove(string key)
    {
        if (s_values.Value is not { } current || !current.ContainsKey(key))
        {
            return false;
        }

        if (current.Count == 1)
        {
            s_values.Value = null;
            return true;
        }

        var values = new Dictionary<string, object>(current);
        values.Remove(key);
        s_values.Value = values;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear()
    {
        if (s_values.Value is not null)
        {
            s_values.Value = null;
        }
    }

    /// <summary>Until disposed, calls that come back to this grain from the calls made here run at once instead of waiting.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new ReentrancySection(original, original == Guid.Empty ? Guid.NewGuid() : original);
    }

    /// <summary>Until disposed, takes back <see cref="AllowCallChainReentrancy"/>.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Guid ReentrancyIdOf(Dictionary<string, object>? values) =>
        values is not null && values.TryGetValue(ReentrancyKey, out var value) && value is Guid id ? id : Guid.Empty;

    /// <summary>A stretch of code with its own <see cref="ReentrancyId"/>.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _current;

        /// <summary>Enters the section.</summary>
        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _original = originalReentrancyId;
            _current = newReentrancyId;
            if (_current != _original)
            {
                ReentrancyId = _current;
            }

            if (_current != Guid.Empty)
            {
                (RuntimeContext.Current as Core.Internal.ICallChainReentrantGrainContext)?.OnEnterReentrantSection(_current);
            }
        }

        /// <summary>Leaves the section.</summary>
        public void Dispose()
        {
            if (_current != Guid.Empty)
            {
                (RuntimeContext.Current as Core.Internal.ICallChainReentrantGrainContext)?.OnExitReentrantSection(_current);
            }

            if (_current != _original)
            {
                ReentrancyId = _original;
            }
        }
    }
}

/// <summary>Carries the request context across boundaries that are not grain calls.</summary>
public static class RequestContextExtensions
{
    /// <summary>Replaces the request context.</summary>
    public static void Import(Dictionary<string, object>? contextData) => RequestContext.CurrentValues = contextData;

    /// <summary>A copy of the request context, or null if it is empty.</summary>
    public static Dictionary<string, object>? Export(Serialization.DeepCopier copier)
    {
        ArgumentNullException.ThrowIfNull(copier);
        return RequestContext.CurrentValues is { Count: > 0 } values ? copier.Copy(values) : null;
    }
}
