using System.Collections.Immutable;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.CaseApi.Messages;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Idempotency;
using Switchboard.Grains.Access;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Imports;
using Switchboard.Projects;

namespace Switchboard.Gateway.CaseApi;

/// <summary>
/// Opens the cases that a client sends one after another, some hundred at a time: what is there when the rows before it have been sent off
/// goes together. Each is checked as CreateCase would, a refused row leaves the others. With an idempotency key each row has an id that
/// follows from it, so that an import can be sent again.
/// </summary>
internal sealed class CaseImport
{
    /// <summary>The most rows of one call.</summary>
    public const int MostRows = 100_000;

    private const int Together = 256;
    private const int Window = 1024;

    private readonly ApiOperation _opening;
    private readonly ApiOperation _operation;
    private readonly ApiPipeline _pipeline;
    private readonly RequestBinding _binding;
    private readonly ICaseImporter _importer;
    private readonly ProjectGate _gate;
    private readonly GatewayFrame _frame;

    public CaseImport(ApiOperation opening, ICaseImporter importer, ProjectGate gate, GatewayFrame frame)
    {
        (_opening, _importer, _gate, _frame) = (opening, importer, gate, frame);
        _binding = new RequestBinding(CreateCaseRequest.Descriptor, opening);
        _operation = new ApiOperation
        {
            Id = "ImportRows",
            Method = opening.Method,
            Path = opening.Path,
            Tag = opening.Tag,
            Summary = "Open many cases",
            Access = opening.Access,
            Handle = static request => ((RowsRequest)request).TakeAsync(),
        };
        _pipeline = new ApiPipeline(_operation, frame);
    }

    /// <summary>Takes the rows of a call.</summary>
    /// <exception cref="RpcException">The call was refused, or its rows could not be read.</exception>
    public async Task<ImportCasesResponse> RunAsync(IAsyncStreamReader<ImportCasesRequest> rows, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var request = new RowsRequest(http, this, RequestIds.Of(http.Request.Headers), rows, context.CancellationToken);
        await _pipeline.RunAsync(http, request);
        return request.Response ?? throw (request.Broken ?? (request.Refusal is { } refusal
            ? RpcRefusal.Of(refusal, request.Id)
            : new RpcException(Status.DefaultCancelled)));
    }

    /// <summary>The rows of a call on their way.</summary>
    private sealed class RowsRequest(HttpContext http, CaseImport import, string id, IAsyncStreamReader<ImportCasesRequest> rows, CancellationToken aborted)
        : RpcRequest(http, import._operation, id, import._binding, new CreateCaseRequest(), ImportCasesResponse.Descriptor, aborted)
    {
        private readonly List<ImportCasesRequest> _read = new(Together);
        private readonly Queue<Batch> _underWay = new();
        private readonly ImportCasesResponse _response = new();
        private Task<bool>? _next;
        private int _sent;

        /// <summary>Rows are repeated by their ids, not by one answer for all.</summary>
        public override string? IdempotencyKey => null;

        /// <summary>What became of the rows; null when the call was refused.</summary>
        public ImportCasesResponse? Response { get; private set; }

        /// <summary>Why the rows could not be read, or null.</summary>
        public RpcException? Broken { get; private set; }

        public async ValueTask TakeAsync()
        {
            var key = base.IdempotencyKey;
            if (!string.IsNullOrEmpty(key) && ScopeOf(key, MostRows).Refusal is { } malformed)
            {
                await RefuseAsync(malformed);
                return;
            }

            try
            {
                while (await ReadAsync())
                {
                    while (_underWay.Count > 0 && _sent - _response.Results.Count + _read.Count > Window)
                    {
                        await SettleAsync();
                    }

                    _underWay.Enqueue(await SendOffAsync(key));
                }
            }
            catch (RpcException unreadable)
            {
                Broken = unreadable;
            }
            finally
            {
                // What is on its way is made, whether or not somebody hears of it.
                while (_underWay.Count > 0)
                {
                    await SettleAsync();
                }
            }

            Response = Broken is null ? _response : null;
        }

        /// <summary>Reads one row and those that are there already; false at their end.</summary>
        private async ValueTask<bool> ReadAsync()
        {
            _read.Clear();
            while (_read.Count < Together && !_response.Truncated)
            {
                _next ??= rows.MoveNext(Aborted);
                if (_read.Count > 0 && !_next.IsCompleted)
                {
                    break;
                }

                if (!await _next)
                {
                    break;
                }

                _next = null;
                if (_sent + _read.Count == MostRows)
                {
                    _response.Truncated = true;
                }
                else
                {
                    _read.Add(rows.Current);
                }
            }

            return _read.Count > 0;
        }

        private async ValueTask<Batch> SendOffAsync(string? key)
        {
            var scope = await import._gate.ScopeAsync(this);
            var now = import._frame.Time.GetUtcNow();
            var refusals = new ApiError?[_read.Count];
            var places = new List<int>(_read.Count);
            var cases = ImmutableArray.CreateBuilder<ImportedCase>(_read.Count);
            for (var i = 0; i < _read.Count; i++)
            {
                var wish = Read(_read[i].Case ?? new CreateCaseRequest(), scope);
                refusals[i] = wish.Refusal;
                if (wish.Value is { } opening)
                {
                    var caseId = string.IsNullOrEmpty(key) ? Guid.CreateVersion7() : ScopeOf(key, _sent + i).Scope!.NewId();
                    cases.Add(new ImportedCase(caseId, opening, now, null, []));
                    places.Add(i);
                }
            }

            var outcomes = new Task<ImportOutcome>?[_read.Count];
            var references = _read.Select(static row => row.Reference).ToArray();
            _sent += _read.Count;
            try
            {
                // Not ended by a client that goes away: numbers have been taken for them.
                var sent = await import._importer.TakeAsync(cases.DrainToImmutable(), new ImportContext(OrgId, Command.Actor, Id, $"import {Id}"), CancellationToken.None);
                for (var i = 0; i < places.Count; i++)
                {
                    outcomes[places[i]] = sent[i];
                }
            }
            catch (StorageUnavailableException)
            {
                foreach (var place in places)
                {
                    refusals[place] = Unavailable;
                }
            }

            return new Batch(references, refusals, outcomes);
        }

        /// <summary>The command of a row, checked as the operation that opens one case checks its body.</summary>
        private Either<OpenCase> Read(CreateCaseRequest row, ProjectScope scope)
        {
            var (body, refusal) = BodyOf(row, import._frame.Options.MaxBodyBytes);
            if (body is null)
            {
                return refusal!;
            }

            using (body)
            {
                if (body.Parse(import._frame.Options.MaxJsonDepth) is { } unparsable)
                {
                    return unparsable;
                }

                if (import._opening.Body!.Read(body.Root, out var resource) is { } malformed)
                {
                    return malformed;
                }

                var wish = CaseOpenings.Read(resource);
                return wish.Value is { } opening && ProjectGate.Check(scope, opening.ProjectId, ProjectRelation.Contributor, ProjectGate.UnknownProject) is { } closed
                    ? closed
                    : wish;
            }
        }

        /// <summary>Waits for the oldest batch, and says what became of its rows.</summary>
        private async ValueTask SettleAsync()
        {
            var batch = _underWay.Dequeue();
            for (var i = 0; i < batch.Outcomes.Length; i++)
            {
                var result = new ImportResult { Row = _response.Results.Count, Reference = batch.References[i] };
                var refusal = batch.Refusals[i];
                if (batch.Outcomes[i] is { } sent)
                {
                    refusal = await TellAsync(sent, result);
                }

                if (refusal is null)
                {
                    _response.Created++;
                }
                else
                {
                    var status = RpcRefusal.Of(refusal, Id).Status;
                    (result.Code, result.Message) = ((int)status.StatusCode, status.Detail);
                    _response.Refused++;
                }

                _response.Results.Add(result);
            }
        }

        private async ValueTask<ApiError?> TellAsync(Task<ImportOutcome> sent, ImportResult result)
        {
            try
            {
                var outcome = await sent;
                if (outcome.Error is { } error)
                {
                    return ApiError.Of(error, import._opening.DocumentsConflict);
                }

                // One that was made before may have been moved since: its key would name a project that the caller may not know of.
                result.CaseId = outcome.Id.ToString();
                result.CaseKey = outcome.IsNew || await import._gate.SeesCaseAsync(this, outcome.Id) ? outcome.Key ?? "" : "";
                return null;
            }
            catch (StorageUnavailableException)
            {
                return Unavailable;
            }
        }

        private ApiError Unavailable => Faults.Unavailable(import._frame);

        private (IdempotencyScope? Scope, ApiError? Refusal) ScopeOf(string key, int row) =>
            IdempotencyScope.Of(import._opening.Method, import._opening.Path, OrgId, $"{key}.{row}", "");
    }

    private readonly record struct Batch(string[] References, ApiError?[] Refusals, Task<ImportOutcome>?[] Outcomes);
}
