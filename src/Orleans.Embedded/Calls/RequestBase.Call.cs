using Orleans.CodeGeneration;

namespace Orleans.Runtime;

/// <content>The call that a request carries: where it goes, in which queue it waits and who waits for its answer.</content>
public abstract partial class RequestBase
{
    /// <summary>Stands for "nobody waits" in <see cref="Answer"/>.</summary>
    internal static readonly object NoAnswer = new();

    private MethodStatistics? _statistics;

    /// <summary>The next request in the activation's queue.</summary>
    internal RequestBase? Next { get; set; }

    /// <summary>The activation whose turn runs it.</summary>
    internal Activation? Activation { get; set; }

    /// <summary>The grain's class.</summary>
    internal GrainTypeContext? GrainType { get; private set; }

    /// <summary>The grain's key.</summary>
    internal IdSpan Key { get; private set; }

    /// <summary>The caller's activation, if a grain calls.</summary>
    internal IGrainContext? Source { get; private set; }

    /// <summary>The caller's request context.</summary>
    internal Dictionary<string, object>? Context { get; set; }

    /// <summary>When it was sent, in stopwatch ticks.</summary>
    internal long SentAt { get; set; }

    /// <summary>
    /// Null at first. Then whichever comes first puts itself here: the caller its <see cref="PendingCall"/>, or the callee its finished
    /// task; the other one finds it.
    /// </summary>
    internal object? Answer;

    /// <summary>How often an activation that ended has passed it on.</summary>
    internal int Forwards { get; set; }

    /// <summary>Whether it makes sense for one activation only, and must not reach the next.</summary>
    internal virtual bool IsLocalOnly => false;

    /// <summary>Whether a filter has seen it and may hold it still.</summary>
    internal bool IsShown { get; set; }

    internal MethodStatistics Statistics => _statistics!;

    /// <summary>Whether its end counts as use of the activation.</summary>
    internal virtual bool IsKeepAlive => true;

    internal bool IsAlwaysInterleave => (Options & InvokeMethodOptions.AlwaysInterleave) != 0;

    internal bool IsReadOnly => (Options & InvokeMethodOptions.ReadOnly) != 0;

    internal bool IsOneWay => (Options & InvokeMethodOptions.OneWay) != 0;

    /// <summary>Whether the caller has given up, so that running it would serve nobody.</summary>
    internal bool IsAbandoned => Answer is PendingCall { IsFinished: true };

    internal void Bind(GrainTypeContext type, IdSpan key, IGrainContext? source, Dictionary<string, object>? context)
    {
        GrainType = type;
        Key = key;
        Source = source;
        Context = context;

        // A pooled request mostly meets the same class again.
        if (_statistics?.Owner != type)
        {
            _statistics = type.Statistics.Of(this);
        }
    }

    /// <summary>After its end: lets it be used again, unless somebody may look at it yet.</summary>
    internal void Recycle()
    {
        if (!IsShown)
        {
            Dispose();
        }
    }

    internal Task Fail(Exception exception) => ToTask(Serialization.Invocation.Response.FromException(exception));

    internal void ForgetCall()
    {
        Next = null;
        Activation = null;
        GrainType = null;
        Key = default;
        Source = null;
        Context = null;
        Answer = null;
        Forwards = 0;
    }
}
