using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Switchboard.Streams.Kafka;

/// <summary>
/// Finds librdkafka for Confluent.Kafka, which by itself looks for names that a distribution does not use, and refuses a pair of the two
/// that would start and then fail on the first record.
/// </summary>
internal static class KafkaNativeLibrary
{
    private static readonly string[] _names = ["librdkafka", "librdkafka.so.1"];
    private static readonly Lazy<string> _version = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Loads the library on first use; the version that was found.</summary>
    /// <exception cref="KafkaUnavailableException">It is missing or cannot do what this client asks of it.</exception>
    public static string EnsureLoaded() => _version.Value;

    /// <summary>What the client imports for producing and consuming and the library lacks.</summary>
    /// <param name="exports">Whether the library has a function.</param>
    internal static IReadOnlyList<string> Missing(Func<string, bool> exports) =>
        [.. Imports().Where(name => !exports(name)).Order(StringComparer.Ordinal)];

    /// <summary>The client's imports without those of the admin client, which have capitals in their names: Switchboard uses none of them.</summary>
    internal static IEnumerable<string> Imports()
    {
        var imports = typeof(Library).Assembly.GetType("Confluent.Kafka.Impl.NativeMethods.NativeMethods");
        return imports?.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(method => (method.Attributes & MethodAttributes.PinvokeImpl) != 0)
            .Select(method => method.GetCustomAttribute<DllImportAttribute>()?.EntryPoint ?? method.Name)
            .Where(name => name.All(letter => letter is (>= 'a' and <= 'z') or '_' or (>= '0' and <= '9')))
            .Distinct(StringComparer.Ordinal) ?? [];
    }

    private static string Load()
    {
        var client = typeof(Library).Assembly;
        NativeLibrary.SetDllImportResolver(client, static (name, assembly, search) =>
            name == _names[0] && Find(assembly, search) is { } handle ? handle : 0);
        if (Find(client, null) is not { } library)
        {
            throw new KafkaUnavailableException(
                "The native library librdkafka is missing, and Streams:Transport is Kafka. Install it (Debian and Ubuntu: apt-get install librdkafka1; "
                + "Fedora: librdkafka; from source: version 1.9 or later), build with -p:KafkaNativeLibrary=Package where the package "
                + "librdkafka.redist can be restored, or set Streams:Transport to Postgres.");
        }

        var missing = Missing(name => NativeLibrary.TryGetExport(library, name, out _));
        var version = Library.VersionString;
        if (missing.Count > 0)
        {
            throw new KafkaUnavailableException(
                $"Confluent.Kafka {client.GetName().Version} cannot work with the installed librdkafka {version}: it lacks {string.Join(", ", missing)}. "
                + "Install a newer librdkafka, or build with the property ConfluentKafkaVersion set to a client of the library's age.");
        }

        return version;
    }

    private static nint? Find(Assembly assembly, DllImportSearchPath? search)
    {
        foreach (var name in _names)
        {
            if (NativeLibrary.TryLoad(name, assembly, search, out var handle))
            {
                return handle;
            }
        }

        return null;
    }
}
