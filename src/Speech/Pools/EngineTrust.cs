using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Switchboard.Speech.Pools;

/// <summary>
/// Whether a node that is reached by TLS is the one that it says it is: its certificate has to be for its host, and of an authority that the
/// system trusts or that <see cref="PoolOptions.CertificateAuthorities"/> names.
/// </summary>
internal sealed class EngineTrust(IOptions<PoolOptions> options)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280, section 4.2.1.12

    private readonly X509Certificate2Collection _own = Read(options.Value.CertificateAuthorities);

    /// <summary>The authorities in a file, none where none is named.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">There is no certificate in it.</exception>
    public static X509Certificate2Collection Read(string? path)
    {
        var authorities = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(path))
        {
            authorities.ImportFromPemFile(path);
            if (authorities.Count == 0)
            {
                throw new CryptographicException("there is no certificate in it");
            }
        }

        return authorities;
    }

    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>.</summary>
    public bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // An unknown authority is the only thing that can be made up for.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || _own.Count == 0 || certificate is not X509Certificate2 shown)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_own);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // an authority of one's own seldom has a list
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(shown);
    }
}
