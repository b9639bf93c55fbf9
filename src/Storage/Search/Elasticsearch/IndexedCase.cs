using Switchboard.Cases;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>What an index is to hold of a case.</summary>
/// <param name="Id">The case.</param>
/// <param name="Version">The version that the document gets: the row's, or that of the event after which the row was gone.</param>
/// <param name="Row">The row, or null when there is none any more.</param>
/// <param name="Said">What was said in its calls, as far as it is searched.</param>
internal sealed record IndexedCase(Guid Id, long Version, CaseSnapshot? Row, string Said = "");
