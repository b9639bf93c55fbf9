using System.Diagnostics.Metrics;

namespace Switchboard.Storage.Search.Elasticsearch;

/// <summary>What the writers of the index count; meter <c>Switchboard.Search</c>.</summary>
internal sealed class SearchIndexMetrics
{
    private readonly Counter<long> _written;
    private readonly Counter<long> _superseded;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _owed;

    public SearchIndexMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Switchboard.Search");
        _written = meter.CreateCounter<long>("switchboard.search.documents_written", "{document}", "Documents that the index took.");
        _superseded = meter.CreateCounter<long>("switchboard.search.documents_superseded", "{document}", "Documents of which the index had the same or a newer version.");
        _retried = meter.CreateCounter<long>("switchboard.search.documents_retried", "{document}", "Documents sent again because the cluster was busy or away.");
        _owed = meter.CreateCounter<long>("switchboard.search.documents_owed", "{document}", "Documents left to be caught up from the log, because the cluster stayed away.");
    }

    public void Written() => _written.Add(1);

    public void Superseded() => _superseded.Add(1);

    public void Retried(int count) => _retried.Add(count);

    public void Owed(int count) => _owed.Add(count);
}
