using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Switchboard.Gateway.Http;

/// <summary>The id under which a request is found in logs and in the events that it caused.</summary>
internal static class RequestIds
{
    public const string Header = "x-request-id";

    private const int Longest = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    /// <summary>The caller's id where it is harmless, else a new one.</summary>
    public static string Of(IHeaderDictionary headers)
    {
        string? given = headers[Header];
        return given is { Length: > 0 and <= Longest } && !given.AsSpan().ContainsAnyExcept(Allowed)
            ? given
            : Guid.CreateVersion7().ToString("N");
    }
}
