using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Keys and users that a test states, behind the grain interfaces that authentication asks.</summary>
internal sealed class FakeGrains : IGrainFactory
{
    private int _keyLookups;
    private int _userLookups;

    public ConcurrentDictionary<string, KeySnapshot> Keys { get; } = new();

    public ConcurrentDictionary<string, UserSnapshot> Users { get; } = new();

    /// <summary>Runs before a key is looked up; for tests that hold a lookup back or let it fail.</summary>
    public Func<Task>? BeforeKeyLookup { get; set; }

    public int KeyLookups => Volatile.Read(ref _keyLookups);

    public int UserLookups => Volatile.Read(ref _userLookups);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        object grain = typeof(TGrainInterface) == typeof(IKeyGrain) ? FakeGrain.Of<IKeyGrain>(() => FindKeyAsync(primaryKey))
            : typeof(TGrainInterface) == typeof(IUserGrain) ? FakeGrain.Of<IUserGrain>(() => FindUser(primaryKey))
            : throw new NotSupportedException($"No fake of {typeof(TGrainInterface).Name}.");
        return (TGrainInterface)grain;
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => throw new NotSupportedException();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    private async ValueTask<KeySnapshot?> FindKeyAsync(string hash)
    {
        Interlocked.Increment(ref _keyLookups);
        if (BeforeKeyLookup is { } wait)
        {
            await wait();
        }

        return Keys.GetValueOrDefault(hash);
    }

    private ValueTask<UserSnapshot?> FindUser(string key)
    {
        Interlocked.Increment(ref _userLookups);
        return new ValueTask<UserSnapshot?>(Users.GetValueOrDefault(key));
    }
}

/// <summary>
/// A grain whose <c>GetAsync</c> a test answers. A proxy, since a class that implements a grain interface would be registered as
/// that grain by the engine's code generator.
/// </summary>
public class FakeGrain : System.Reflection.DispatchProxy
{
    private Func<object>? _get;

    /// <summary>Makes a grain.</summary>
    /// <param name="get">What <c>GetAsync</c> answers.</param>
    public static TGrain Of<TGrain>(Func<object> get)
        where TGrain : class
    {
        var grain = Create<TGrain, FakeGrain>();
        ((FakeGrain)(object)grain)._get = get;
        return grain;
    }

    /// <inheritdoc/>
    protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name == "GetAsync"
        ? _get!()
        : throw new NotSupportedException($"No fake of {targetMethod?.Name}.");
}
