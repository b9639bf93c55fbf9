using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Speech.Pools;

/// <summary>Ids of models whose engines give them none: always the same for the same name.</summary>
internal static class ModelIds
{
    public static Guid Of(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"switchboard.model/{name}")).AsSpan(0, 16), bigEndian: true);
}
