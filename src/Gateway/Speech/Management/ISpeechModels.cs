using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>A model that recognises.</summary>
/// <param name="Name">Its true name, as results give it.</param>
/// <param name="Architecture">The kind of engine.</param>
/// <param name="Version">Its version.</param>
/// <param name="Languages">What it understands.</param>
internal sealed record SpeechModel(string Name, string Architecture, string Version, ImmutableArray<string> Languages)
{
    /// <summary>The id that a model has everywhere: made from its name.</summary>
    public static Guid IdOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"switchboard.model/{name}")).AsSpan(0, 16), bigEndian: true);
}

/// <summary>The models that can be asked for.</summary>
internal interface ISpeechModels
{
    /// <summary>All of them.</summary>
    ImmutableArray<SpeechModel> All { get; }
}
