using Orleans.Runtime;

namespace Orleans;

/// <summary>References and keys of grains, from references and from grain objects.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to the grain with another interface.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    /// <summary>A reference to the grain with another interface.</summary>
    public static object AsReference(this IAddressable grain, Type interfaceType)
    {
        var reference = ReferenceOf(grain);
        return reference.Shared.Runtime.Cast(reference, interfaceType);
    }

    /// <summary>A reference to the grain with another interface.</summary>
    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    /// <summary>A reference to the grain with another interface.</summary>
    public static object Cast(this IAddressable grain, Type interfaceType) => grain.AsReference(interfaceType);

    /// <summary>The grain's identity.</summary>
    public static GrainId GetGrainId(this IAddressable grain)
    {
        var id = grain switch
        {
            GrainReference reference => reference.GrainId,
            IGrainBase { GrainContext: { } context } => context.GrainId,
            null => throw new ArgumentNullException(nameof(grain)),
            _ => throw NotAGrain(grain),
        };
        return id.IsDefault ? throw NotAGrain(grain) : id;
    }

    /// <summary>Whether the key is an integer.</summary>
    public static bool IsPrimaryKeyBasedOnLong(this IAddressable grain) => grain.GetGrainId().TryGetIntegerKey(out _, out _);

    /// <summary>The integer key.</summary>
    /// <exception cref="InvalidOperationException">The key has another form.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetPrimaryKeyLong(out _);

    /// <summary>The integer key and its extension.</summary>
    /// <exception cref="InvalidOperationException">The key has another form.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt)
    {
        var id = grain.GetGrainId();
        return id.TryGetIntegerKey(out var key, out keyExt)
            ? key
            : throw new InvalidOperationException($"Unable to extract integer key from grain id {id}");
    }

    /// <summary>The Guid key.</summary>
    /// <exception cref="InvalidOperationException">The key has another form.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain) => grain.GetPrimaryKey(out _);

    /// <summary>The Guid key and its extension; an integer key gives the Guid with that number in its last eight bytes.</summary>
    /// <exception cref="InvalidOperationException">The key has another form.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt)
    {
        var id = grain.GetGrainId();
        if (id.TryGetGuidKey(out var guid, out keyExt))
        {
            return guid;
        }

        if (id.TryGetIntegerKey(out var number, out keyExt))
        {
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
            return new Guid(bytes);
        }

        throw new InvalidOperationException($"Unable to extract GUID key from grain id {id}");
    }

    /// <summary>The key as text.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    internal static GrainReference ReferenceOf(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase { GrainContext.GrainReference: { } reference } => reference,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw NotAGrain(grain),
    };

    private static ArgumentException NotAGrain(IAddressable grain) => new(
        $"{grain.GetType().FullName} is neither a grain reference nor a grain created by the engine. Derive the grain class from Grain or "
        + "implement IGrainBase, and get references from IGrainFactory.",
        nameof(grain));
}
