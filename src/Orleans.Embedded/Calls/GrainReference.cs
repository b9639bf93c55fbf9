using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Invocation;
using Orleans.Serialization.Serializers;

namespace Orleans.Runtime;

/// <summary>Sends requests.</summary>
public interface IGrainReferenceRuntime
{
    /// <summary>Sends a request that has no answer.</summary>
    void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options);

    /// <summary>Sends a request and waits for its end.</summary>
    ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options);

    /// <summary>Sends a request and waits for its result.</summary>
    ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options);

    /// <summary>A reference to the same grain with another interface.</summary>
    object Cast(IAddressable grain, Type interfaceType);
}

/// <summary>What references with the same grain type and interface have in common.</summary>
public class GrainReferenceShared(
    GrainType grainType,
    GrainInterfaceType grainInterfaceType,
    ushort interfaceVersion,
    IGrainReferenceRuntime runtime,
    InvokeMethodOptions invokeMethodOptions,
    CodecProvider codecProvider,
    CopyContextPool copyContextPool,
    IServiceProvider serviceProvider)
{
    /// <summary>Sends requests.</summary>
    public IGrainReferenceRuntime Runtime { get; } = runtime;

    /// <summary>The grain type.</summary>
    public GrainType GrainType { get; } = grainType;

    /// <summary>The interface.</summary>
    public GrainInterfaceType InterfaceType { get; } = grainInterfaceType;

    /// <summary>Options of every request.</summary>
    public InvokeMethodOptions InvokeMethodOptions { get; } = invokeMethodOptions;

    /// <summary>Finds copiers.</summary>
    public CodecProvider CodecProvider { get; } = codecProvider;

    /// <summary>Reuses copy contexts.</summary>
    public CopyContextPool CopyContextPool { get; } = copyContextPool;

    /// <summary>The services of the host.</summary>
    public IServiceProvider ServiceProvider { get; } = serviceProvider;

    /// <summary>The version of the interface.</summary>
    public ushort InterfaceVersion { get; } = interfaceVersion;

    /// <summary>The grain's class, or null if this process has none of that grain type.</summary>
    internal GrainTypeContext? Type { get; init; }

    /// <summary>The engine, unless references are made without one.</summary>
    internal GrainCalls? Calls { get; } = runtime as GrainCalls;
}

/// <summary>
/// A reference to a grain, whether or not it is active. Base of the generated classes that implement grain interfaces.
/// </summary>
[Alias("GrainRef")]
public class GrainReference : IAddressable, IEquatable<GrainReference>, ISpanFormattable
{
    private readonly GrainReferenceShared _shared;
    private readonly IdSpan _key;

    /// <summary>Makes a reference.</summary>
    protected GrainReference(GrainReferenceShared shared, IdSpan key)
    {
        _shared = shared;
        _key = key;
    }

    /// <summary>The grain.</summary>
    public GrainId GrainId => GrainId.Create(_shared.GrainType, _key);

    /// <summary>The interface.</summary>
    public GrainInterfaceType InterfaceType => _shared.InterfaceType;

    /// <summary>The version of the interface.</summary>
    public ushort InterfaceVersion => _shared.InterfaceVersion;

    /// <summary>The name of the interface.</summary>
    public virtual string InterfaceName => InterfaceType.ToString();

    internal GrainReferenceShared Shared => _shared;

    internal IdSpan Key => _key;

    /// <summary>The activation that the last call went to.</summary>
    internal Activation? Target { get; set; }

    /// <summary>Reuses copy contexts.</summary>
    protected CopyContextPool CopyContextPool => _shared.CopyContextPool;

    /// <summary>Finds copiers.</summary>
    protected CodecProvider CodecProvider => _shared.CodecProvider;

    /// <summary>A reference to the same grain with another interface.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable => (TGrainInterface)_shared.Runtime.Cast(this, typeof(TGrainInterface));

    /// <summary>The hash of the grain that is the same everywhere.</summary>
    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) => other is not null && GrainId == other.GrainId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"GrainReference:{GrainId}:{InterfaceType}", out charsWritten);

    /// <summary>Compares grains.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2) =>
        reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Compares grains.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    /// <summary>A request object of the given kind.</summary>
    protected TInvokable GetInvokable<TInvokable>() => ActivatorUtilities.GetServiceOrCreateInstance<TInvokable>(_shared.ServiceProvider);

    /// <summary>Sends a request and waits for its result.</summary>
    protected ValueTask<T?> InvokeAsync<T>(IRequest methodDescription) => _shared.Calls is { } calls
        ? calls.Send<T>(this, (RequestBase)methodDescription)
        : _shared.Runtime.InvokeMethodAsync<T>(this, methodDescription, methodDescription.Options);

    /// <summary>Sends a request and waits for its end.</summary>
    protected ValueTask InvokeAsync(IRequest methodDescription) => _shared.Calls is { } calls
        ? calls.Send(this, (RequestBase)methodDescription)
        : _shared.Runtime.InvokeMethodAsync(this, methodDescription, methodDescription.Options);

    /// <summary>Sends a request that has no answer.</summary>
    protected void Invoke(IRequest methodDescription) =>
        _shared.Runtime.InvokeMethod(this, methodDescription, methodDescription.Options);
}

/// <summary>A reference without an interface; it is cast before it is used.</summary>
internal sealed class UntypedGrainReference(GrainReferenceShared shared, IdSpan key) : GrainReference(shared, key);
