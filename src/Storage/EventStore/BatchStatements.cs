using Npgsql;
using Switchboard.Cases;
using Switchboard.Events;
using Switchboard.Grains.EventStore;
using Switchboard.Storage.Events;
using Switchboard.Templates;
using Switchboard.Timeline;
using Switchboard.Views;

namespace Switchboard.Storage.EventStore;

/// <summary>
/// Turns appends into the statements of one transaction. Used by one lane at a time; its buffers are kept from batch to batch.
/// The order matters: an aggregate's row before its events, so that everybody who writes an aggregate first waits for its row, and two
/// transactions cannot wait for each other crosswise.
/// </summary>
internal sealed class BatchStatements(EventCodec codec, TimeProvider time)
{
    private readonly RowSet<(StoredAnswer Answer, DateTimeOffset Now)> _answers = LogStatements.InsertAnswers();
    private readonly RowSet<(Guid OrgId, Guid ProjectId)> _projects = CaseStatements.HoldProjects();
    private readonly List<NpgsqlBatchCommand> _aggregates = [];
    private readonly RowSet<CaseSnapshot> _newCases = CaseStatements.Insert();
    private readonly RowSet<(CaseSnapshot Row, long Expected)> _cases = CaseStatements.Update();
    private readonly RowSet<CaseSnapshot> _caseTexts = CaseStatements.UpdateText();
    private readonly RowSet<CaseSnapshot> _caseDetails = CaseStatements.UpdateDetails();
    private readonly RowSet<EventRow> _events = LogStatements.InsertEvents();
    private readonly RowSet<(StreamName Stream, long Version)> _streams = LogStatements.CheckStreams();
    private readonly RowSet<TimelineCell> _newCells = CellStatements.Insert();
    private readonly RowSet<TimelineCell> _cells = CellStatements.Update();
    private readonly RowSet<CaseSnapshot> _newSearch = CaseStatements.InsertSearch();
    private readonly RowSet<CaseSnapshot> _search = CaseStatements.UpdateSearch();
    private readonly RowSet<CaseSnapshot> _facets = CaseStatements.UpdateFacets();
    private readonly List<NpgsqlBatchCommand> _links = [];
    private readonly List<NpgsqlBatchCommand> _removals = [];

    /// <summary>Puts the statements for some appends into an empty batch.</summary>
    public void Fill(NpgsqlBatch batch, IReadOnlyList<PendingAppend> appends)
    {
        Clear();
        var now = time.GetUtcNow();
        for (var index = 0; index < appends.Count; index++)
        {
            Add(appends[index], now);
        }

        _answers.AddTo(batch);
        _projects.AddTo(batch);
        _aggregates.ForEach(batch.BatchCommands.Add);
        _newCases.AddTo(batch);
        _cases.AddTo(batch);
        _caseTexts.AddTo(batch);
        _caseDetails.AddTo(batch);
        _streams.AddTo(batch);
        _events.AddTo(batch);
        _newCells.AddTo(batch);
        _cells.AddTo(batch);
        _newSearch.AddTo(batch);
        _search.AddTo(batch);
        _facets.AddTo(batch);
        _links.ForEach(batch.BatchCommands.Add);
        _removals.ForEach(batch.BatchCommands.Add);
    }

    private void Add(PendingAppend append, DateTimeOffset now)
    {
        var request = append.Request;
        if (request.Answer is { } answer)
        {
            _answers.Add((answer, now));
        }

        var ownRow = false;
        foreach (var change in request.Changes)
        {
            ownRow |= AppendRules.WritesOwnRow(change);
            Add(change, append, now);
        }

        for (var index = 0; index < append.Events.Length; index++)
        {
            var version = request.ExpectedVersion + index + 1;
            _events.Add(new EventRow(request.Stream, version, request.Events[index], append.Events[index], append.Events[index].Metadata ?? append.Metadata, now));
        }

        if (!ownRow && append.Events.Length > 0 && request.ExpectedVersion > 0)
        {
            _streams.Add((request.Stream, request.ExpectedVersion));
        }
    }

    private void Add(StateChange change, PendingAppend append, DateTimeOffset now)
    {
        var expected = append.Request.ExpectedVersion;
        switch (change)
        {
            case CaseWritten written when expected == 0:
                _projects.Add((written.Case.OrgId, written.Case.ProjectId));
                _newCases.Add(written.Case);
                _newSearch.Add(written.Case);
                break;
            case CaseWritten written:
                Update(written, expected);
                break;
            case CasePlaced placed:
                _projects.Add((placed.Case.OrgId, placed.Case.ProjectId));
                _links.Add(LinkStatements.Place(placed));
                break;
            case CaseEchoed echo:
                _links.Add(LinkStatements.Echo(echo, append.Request.Stream.OrgId, Encode(echo.Event.Body), append.Metadata, now));
                break;
            case OtherCaseWritten other:
                AddOther(other, append, now);
                break;
            case MergeWritten written:
                _links.Add(LinkStatements.Merge(written));
                break;
            case MergeErased erased:
                _links.Add(LinkStatements.Unmerge(erased));
                break;
            case LinkWritten written:
                _links.Add(LinkStatements.Insert(written.Link));
                break;
            case LinkErased erased:
                _links.Add(LinkStatements.Delete(erased.Link));
                break;
            case CallWritten written:
                _links.AddRange(CallStatements.Write(written));
                break;
            case CellAdded added:
                _newCells.Add(added.Cell);
                break;
            case CellChanged changed:
                _cells.Add(changed.Cell);
                break;
            case ProjectWritten written:
                _aggregates.Add(AggregateStatements.Write(written.Project, expected));
                break;
            case CaseTypeWritten written:
                _aggregates.Add(AggregateStatements.Write(written.Type, expected));
                break;
            case ViewWritten written:
                if (expected == 0)
                {
                    _projects.Add((written.View.OrgId, written.View.ProjectId));
                }

                _aggregates.Add(ViewStatements.Write(written.View, expected));
                break;
            case ViewErased erased:
                _aggregates.Add(ViewStatements.Delete(erased.View, expected));
                break;
            case TemplateWritten written:
                if (expected == 0)
                {
                    _projects.Add((written.Template.OrgId, written.Template.ProjectId));
                }

                _aggregates.Add(TemplateStatements.Write(written.Template, expected));
                break;
            case TemplateErased erased:
                _aggregates.Add(TemplateStatements.Delete(erased.Template, expected));
                break;
            case TeamWritten written:
                _aggregates.AddRange(TeamStatements.Write(written.Team, expected));
                break;
            case TeamRemoved removed:
                _aggregates.AddRange(TeamStatements.Remove(removed.Team, expected));
                break;
            case UserWritten written:
                _aggregates.Add(AggregateStatements.Write(written.User, expected));
                break;
            case KeyWritten written:
                _aggregates.Add(AggregateStatements.Write(written.Key, expected));
                break;
            case OrgWritten written:
                _aggregates.Add(AggregateStatements.Write(written.Org, expected));
                break;
            case ProjectRemoved removed:
                var encoded = Encode(AggregateStatements.DeletedWith(removed));
                _removals.AddRange(AggregateStatements.Remove(removed, expected, append, encoded, now));
                _removals.Add(ViewStatements.Remove(removed, append, codec.NameOf(typeof(ViewDeleted)), now));
                _removals.Add(TemplateStatements.Remove(removed, append, codec.NameOf(typeof(TemplateDeleted)), now));
                break;
            default:
                throw new ArgumentException($"The store does not know the state change {change.GetType().Name}.");
        }
    }

    private void Update(CaseWritten written, long expected)
    {
        _cases.Add((written.Case, expected));
        if (written.TextChanged)
        {
            _caseTexts.Add(written.Case);
            _search.Add(written.Case);
        }

        if (written.DetailsChanged)
        {
            _caseDetails.Add(written.Case);
            if (!written.TextChanged)
            {
                _facets.Add(written.Case);
            }
        }
    }

    /// <summary>Beside the append's own case, in the same statements: should two appends write one case, its row is counted once and both are refused together.</summary>
    private void AddOther(OtherCaseWritten other, PendingAppend append, DateTimeOffset now)
    {
        _cases.Add((other.Case, other.ExpectedVersion));
        _caseDetails.Add(other.Case);
        _facets.Add(other.Case);
        var stream = append.Request.Stream with { Id = other.Case.Id };
        for (var index = 0; index < other.Events.Length; index++)
        {
            var one = other.Events[index];
            _events.Add(new EventRow(stream, other.ExpectedVersion + index + 1, one, Encode(one.Body), append.Metadata, now));
        }

        foreach (var cell in other.Cells)
        {
            _newCells.Add(cell);
        }
    }

    private EncodedEvent Encode(DomainEvent body)
    {
        var (name, schema) = codec.NameOf(body.GetType());
        return new EncodedEvent(name, schema, codec.Encode(body));
    }

    private void Clear()
    {
        _links.Clear();
        _aggregates.Clear();
        _removals.Clear();
        foreach (var set in (ReadOnlySpan<IRowSet>)[_answers, _projects, _newCases, _cases, _caseTexts, _caseDetails, _events, _streams, _newCells, _cells, _newSearch, _search, _facets])
        {
            set.Clear();
        }
    }
}
