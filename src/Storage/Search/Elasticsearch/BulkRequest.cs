using System.Buffers;
using System.Text.Json;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>
/// The lines of a bulk request. Each document carries its case's version (<c>external</c>): of two writes the later version stays, in
/// whichever order they arrive.
/// </summary>
internal sealed class BulkRequest
{
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly List<IndexedCase> _cases = [];

    /// <summary>The cases, in order.</summary>
    public IReadOnlyList<IndexedCase> Cases => _cases;

    /// <summary>The request's body.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.WrittenMemory;

    /// <summary>The requests for some cases, none bigger than allowed unless one case alone is.</summary>
    public static IEnumerable<BulkRequest> Of(IEnumerable<IndexedCase> cases, int mostCases, int mostBytes)
    {
        var request = new BulkRequest();
        foreach (var one in cases)
        {
            request.Add(one);
            if (request._cases.Count >= mostCases || request._lines.WrittenCount >= mostBytes)
            {
                yield return request;
                request = new();
            }
        }

        if (request._cases.Count > 0)
        {
            yield return request;
        }
    }

    private void Add(IndexedCase one)
    {
        using var json = new Utf8JsonWriter(_lines);
        json.WriteStartObject();
        json.WriteStartObject(one.Row is null ? "delete" : "index");
        json.WriteString("_id", one.Id);
        json.WriteNumber("version", one.Version);
        json.WriteString("version_type", "external");
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        _lines.Write("\n"u8);
        if (one.Row is not null)
        {
            json.Reset();
            CaseDocument.Write(json, one.Row, one.Said);
            json.Flush();
            _lines.Write("\n"u8);
        }

        _cases.Add(one);
    }
}
