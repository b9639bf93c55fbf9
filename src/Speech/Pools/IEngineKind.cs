using System.Text.Json;
using Switchboard.Grains.Speech.Engines;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Pools;

/// <summary>How a kind of node is talked to.</summary>
internal interface IEngineKind
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>The path that tells whether a node is well, unless the configuration names another; null when the kind has none.</summary>
    string? HealthPath { get; }

    /// <summary>Why no node of this kind can do what is asked; null when they can.</summary>
    SpeechError? Refusal(ListenParameters parameters, bool live);

    /// <summary>Connects for a live stream.</summary>
    /// <exception cref="EngineFailedException">The node does not answer as one of its kind.</exception>
    /// <exception cref="EngineBusyException">The node is full.</exception>
    /// <exception cref="EngineRefusedRequestException">The node understands and cannot do it.</exception>
    Task<ILiveEngine> ConnectAsync(NodeAddress node, EngineRequest request, CancellationToken cancellationToken);

    /// <summary>Has a file transcribed.</summary>
    /// <exception cref="EngineFailedException">The node does not answer as one of its kind.</exception>
    /// <exception cref="EngineBusyException">The node is full.</exception>
    /// <exception cref="EngineRefusedRequestException">The node understands and cannot do it.</exception>
    Task<JsonDocument> TranscribeAsync(NodeAddress node, EngineRequest request, EngineUpload upload, CancellationToken cancellationToken);
}

/// <summary>Where a node is and how it wants to be called.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Its address.</param>
/// <param name="Key">Its key, or null.</param>
/// <param name="Model">The model's name at the node, or null.</param>
internal sealed record NodeAddress(string Name, Uri Url, string? Key, string? Model)
{
    /// <summary>An address at the node. The key is in none.</summary>
    public Uri At(string path, string query, bool socket)
    {
        var address = new UriBuilder(Url) { Path = Url.AbsolutePath.TrimEnd('/') + path, Query = query };
        if (socket)
        {
            address.Scheme = Url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        }

        return address.Uri;
    }
}

/// <summary>A node has no room; another may have.</summary>
internal sealed class EngineBusyException(string message) : IOException(message);

/// <summary>A node understands what is asked and cannot do it; another of the same pool would say the same.</summary>
internal sealed class EngineRefusedRequestException(SpeechError error) : IOException(error.Message)
{
    /// <summary>What the client is told.</summary>
    public SpeechError Error => error;
}
