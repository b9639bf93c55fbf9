using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.Imports;

namespace Switchboard.Gateway.Imports;

/// <summary>
/// One request of an import: reads some lines, sends them off, reads the next while those are being written, and never has more on the way
/// than the window allows. Results are kept until the body has come to its end, in memory at first and then in a file: a client that sends
/// all before it reads anything would otherwise wait for the server while the server waits for it.
/// </summary>
internal sealed class ImportRun(
    ICaseImporter importer, IImportLedger ledger, ImportContext context, ImportReceipt receipt, ImportLine form, ImportOptions options,
    Func<ValueTask<ProjectScope>> scope, Func<Guid, ValueTask<bool>> sees) : IAsyncDisposable
{
    private const int Together = 256;
    private const int ResultsInMemory = 1024 * 1024;

    private readonly FileBufferingWriteStream _results = new(ResultsInMemory);
    private readonly Queue<Batch> _underWay = new();
    private int _count;
    private long _settled = receipt.Lines;

    /// <summary>Takes the lines to their end. When it fails, what was settled until then is noted.</summary>
    public async Task TakeAsync(LineReader lines, int firstLine, CancellationToken cancellationToken)
    {
        try
        {
            var read = new List<byte[]?>(Together);
            for (long next = firstLine; await ReadAsync(lines, read, cancellationToken); next += read.Count, read.Clear())
            {
                while (_underWay.Count > 0 && _count + read.Count > options.Window)
                {
                    await SettleAsync();
                }

                _underWay.Enqueue(await SendOffAsync(read, next, cancellationToken));
                _count += read.Count;
            }
        }
        finally
        {
            while (_underWay.Count > 0)
            {
                await SettleAsync();
            }
        }
    }

    /// <summary>Writes the results.</summary>
    public Task SendAsync(PipeWriter body, CancellationToken cancellationToken) => _results.DrainBufferAsync(body, cancellationToken);

    public ValueTask DisposeAsync() => _results.DisposeAsync();

    /// <summary>The next lines. While the client has none, what was sent off is settled, so that the receipt tells the truth to whoever asks.</summary>
    private async ValueTask<bool> ReadAsync(LineReader lines, List<byte[]?> read, CancellationToken cancellationToken)
    {
        var reading = lines.ReadAsync(read, Math.Min(Together, options.Window), cancellationToken).AsTask();
        while (!reading.IsCompleted && _underWay.Count > 0)
        {
            await SettleAsync();
        }

        return await reading;
    }

    private async Task<Batch> SendOffAsync(List<byte[]?> lines, long first, CancellationToken cancellationToken)
    {
        form.Scope = await scope();
        var refusals = new ApiError?[lines.Count];
        var places = new List<int>(lines.Count);
        var cases = ImmutableArray.CreateBuilder<ImportedCase>(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i] is not { } line)
            {
                refusals[i] = ApiError.BadRequest($"the line is longer than {options.MaxLineBytes} bytes");
            }
            else if (!ImportLine.IsBlank(line))
            {
                var read = form.Read(line, first + i);
                refusals[i] = read.Refusal;
                if (read.Value is { } imported)
                {
                    cases.Add(imported);
                    places.Add(i);
                }
            }
        }

        var sent = await importer.TakeAsync(cases.DrainToImmutable(), context, cancellationToken);
        var outcomes = new Task<ImportOutcome>?[lines.Count];
        for (var i = 0; i < places.Count; i++)
        {
            outcomes[places[i]] = sent[i];
        }

        return new Batch(first, refusals, outcomes);
    }

    /// <summary>Waits for the oldest batch, keeps its results, and notes how far the import has come.</summary>
    private async Task SettleAsync()
    {
        var batch = _underWay.Dequeue();
        _count -= batch.Outcomes.Length;
        var imported = new bool?[batch.Outcomes.Length];
        for (var i = 0; i < batch.Outcomes.Length; i++)
        {
            var outcome = batch.Outcomes[i] is { } sent ? await sent : null;
            if (outcome is { IsNew: false, Error: null } && !await sees(outcome.Id))
            {
                // Another's line, or one whose case was moved since: the key would name a project that the caller may not know of.
                outcome = outcome with { Key = null };
            }

            var refusal = outcome?.Error is { } error ? ApiError.Of(error, conflictDocumented: false) : batch.Refusals[i];
            if (outcome is not null || refusal is not null)
            {
                imported[i] = refusal is null;
                await _results.WriteAsync(Render(batch.First + i, outcome, refusal));
            }
        }

        await AdvanceAsync(batch.First, imported);
    }

    /// <summary>Counts what nobody has counted yet: another request of the same import may have come further in the meantime.</summary>
    private async Task AdvanceAsync(long first, bool?[] imported)
    {
        var to = first + imported.Length - 1;
        while (first <= _settled + 1 && to > _settled)
        {
            var uncounted = imported.Skip((int)(_settled + 1 - first)).ToList();
            var advance = new ImportAdvance(_settled, to, uncounted.Count(static one => one == true), uncounted.Count(static one => one == false));
            _settled = await ledger.AdvanceAsync(context.OrgId, receipt.Id, advance, CancellationToken.None)
                ? to
                : (await ledger.FindAsync(context.OrgId, receipt.Id, CancellationToken.None))?.Lines ?? to;
        }
    }

    private static byte[] Render(long number, ImportOutcome? outcome, ApiError? refusal) =>
        [.. ReplyBuffer.Render((number, outcome, refusal), static (json, one) => Write(json, one.number, one.outcome, one.refusal)), (byte)'\n'];

    private static void Write(Utf8JsonWriter json, long number, ImportOutcome? outcome, ApiError? refusal)
    {
        json.WriteStartObject();
        json.WriteNumber("line"u8, number);
        if (refusal is not null)
        {
            json.WriteString("status"u8, "refused"u8);
            json.WriteString("title"u8, refusal.Title);
            if (refusal.Detail is not null)
            {
                json.WriteString("detail"u8, refusal.Detail);
            }
        }
        else
        {
            json.WriteString("status"u8, outcome!.IsNew ? "done"u8 : "known"u8);
            json.WriteString("id"u8, outcome.Id);
            if (outcome.Key is { } key)
            {
                json.WriteString("key"u8, key);
            }
        }

        json.WriteEndObject();
    }

    private readonly record struct Batch(long First, ApiError?[] Refusals, Task<ImportOutcome>?[] Outcomes);
}
