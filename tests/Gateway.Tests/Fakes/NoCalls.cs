using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Grains.Cases;
using Switchboard.Grains.Files;

namespace Switchboard.Gateway.Tests.Fakes;

/// <summary>Calls and files with nothing behind them, for tests that never reach them.</summary>
internal sealed class NoCalls : ICaseCalls, IBlobStore
{
    public ValueTask<CaseCall?> FindAsync(Guid orgId, Guid callId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> CountAsync(Guid orgId, Guid caseId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<CaseCall>> ListAsync(
        Guid orgId, Guid caseId, ImmutableArray<Guid> hidden, int skip, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<CallLine>> LinesAsync(Guid orgId, Guid callId, int after, int most, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> IsMergedAsync(Guid orgId, Guid caseId, Guid intoId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<(Guid OrgId, Guid Id)>> UnfinishedAsync(DateTimeOffset silentSince, int most, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask PutAsync(string name, Stream content, string contentType, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Blob?> OpenAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
}
