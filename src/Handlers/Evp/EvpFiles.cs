using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Files;
using Switchboard.Storage.Databases;

namespace Switchboard.Handlers.Evp;

/// <summary>
/// Makes files of sealed segments. Any process may write any of them, also two at once and after a crash: the name is the segment's,
/// the content its lines, so that writing again changes nothing. Lines are let go only after their file lasts.
/// </summary>
internal sealed class EvpFiles(IBlobStore store, IOptions<EvpOptions> options, TimeProvider time)
{
    /// <summary>What the files are.</summary>
    public const string ContentType = "application/gzip";

    /// <summary>Seals what is old enough and writes what is sealed; returns how many files were written.</summary>
    public async Task<int> WriteAsync(TenantDatabase tenant, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await EvpSegments.SealAsync(tenant.Primary, now, now - options.Value.SegmentAge, cancellationToken);
        var rows = new RowReader(tenant.Tenant, tenant.Primary);
        var written = 0;
        foreach (var segment in await EvpSegments.ListSealedAsync(rows, cancellationToken))
        {
            written += await WriteAsync(tenant, segment, cancellationToken) ? 1 : 0;
        }

        return written;
    }

    private async Task<bool> WriteAsync(TenantDatabase tenant, long segment, CancellationToken cancellationToken)
    {
        if (await EvpSegments.NameAsync(tenant.Primary, tenant.Tenant, segment, cancellationToken) is not { } named)
        {
            return false;
        }

        using var file = new MemoryStream();
        await using (var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Fewer lines than were counted: another process has finished the segment and let them go.
            if (await EvpSegments.CopyAsync(tenant.Primary, segment, compressed, cancellationToken) != named.Lines)
            {
                return false;
            }
        }

        file.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        file.Position = 0;
        await store.PutAsync(named.Name, file, ContentType, cancellationToken);
        await EvpSegments.WrittenAsync(tenant.Primary, segment, time.GetUtcNow(), file.Length, sha256, cancellationToken);
        return true;
    }
}
