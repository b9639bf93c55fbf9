using System.Text.Json;

namespace Switchboard.Storage.Tests;

/// <summary>Compares what has no structural equality: records with immutable collections.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions _options = new() { WriteIndented = true };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, _options);
}
