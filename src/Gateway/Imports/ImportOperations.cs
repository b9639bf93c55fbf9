using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Imports;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Imports;

/// <summary>Takes cases from elsewhere, one a line, and says how far an import has come.</summary>
internal sealed class ImportOperations(
    ICaseImporter importer, IImportLedger ledger, IOptions<ImportOptions> options, IOptions<GatewayOptions> gateway, ProjectGate gate, TimeProvider time) : IApiOperations
{
    private const string Path = "/api/v2/cases/import";
    private const string Tag = "Case Management";

    private static readonly UuidParameter Receipt = new("receipt", Parameter.InQuery)
    {
        Required = true,
        Description = "A UUID of your choice that stands for the file: send the same one with every attempt.",
    };

    private static readonly UuidParameter ReceiptId = new("receipt", Parameter.InPath) { Required = true, Description = "The UUID that the import was sent with." };

    private static readonly IntegerParameter FirstLine = new("first_line", 1, int.MaxValue, 1)
    {
        Description = "Which line of the file the body begins with; to go on, one more than the receipt's lines.",
    };

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ImportCases",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Import cases",
            Description = "One case on each line, one result for each. A line that was taken before is answered as known and makes nothing twice.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [Receipt, FirstLine],
            Lines = ImportShapes.Line,
            Response = ImportShapes.Result,
            StreamType = MediaTypes.JsonLines,
            Refusals = [400, 401, 403, 413, 415, 429],
            Handle = ImportAsync,
        },
        new()
        {
            Id = "GetCaseImport",
            Method = "GET",
            Path = Path + "/{receipt}",
            Tag = Tag,
            Summary = "Get how far an import has come",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ReceiptId],
            Response = ImportShapes.Receipt,
            Handle = GetAsync,
        },
    ];

    private async ValueTask GetAsync(ApiRequest request)
    {
        var receipt = await ledger.FindAsync(request.OrgId, request.Get(ReceiptId), request.Aborted);
        await (receipt is null ? request.RefuseAsync(ApiError.NotFound("import not found")) : request.SendAsync(receipt, Write));
    }

    private async ValueTask ImportAsync(ApiRequest request)
    {
        if (RequestBody.CheckLinesType(request.Http.Request) is { } unsupported)
        {
            await request.RefuseAsync(unsupported);
            return;
        }

        // The lines are counted as they come; no other limit of the server's is for a body of this kind.
        request.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        var receipt = await ledger.OpenAsync(request.OrgId, request.Get(Receipt), request.Principal.UserId, request.Aborted);
        var lines = new LineReader(request.Http.Request.BodyReader, options.Value.MaxLineBytes, options.Value.MaxBytes);
        var namesOthers = request.Principal.Permissions.Contains(PermissionSet.Of(Permissions.UserAccessManage));
        var line = new ImportLine(request.OrgId, receipt, time.GetUtcNow(), namesOthers, request.Principal.UserId, gateway.Value.MaxJsonDepth);
        var context = new ImportContext(request.OrgId, request.Command.Actor, request.Id, $"import {receipt.Id}");
        await using var run = new ImportRun(importer, ledger, context, receipt, line, options.Value, () => gate.ScopeAsync(request), id => gate.SeesCaseAsync(request, id));
        await run.TakeAsync(lines, request.Get(FirstLine), request.Aborted);
        if (lines.TooLarge)
        {
            await request.RefuseAsync(new ApiError(
                StatusCodes.Status413PayloadTooLarge, ErrorShape.Status, "Payload Too Large",
                $"the body is larger than {options.Value.MaxBytes} bytes; what came before that was taken: ask for the receipt, and send the rest in another request"));
            return;
        }

        await run.SendAsync(request.BeginStream("import.ndjson"), request.Aborted);
    }

    private static void Write(Utf8JsonWriter json, ImportReceipt receipt)
    {
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, receipt.Id);
        json.WriteString("type"u8, "case_import"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("advanced_at"u8, receipt.AdvancedAt);
        json.WriteNumber("imported"u8, receipt.Imported);
        json.WriteNumber("lines"u8, receipt.Lines);
        json.WriteNumber("refused"u8, receipt.Refused);
        json.WriteTime("started_at"u8, receipt.StartedAt);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
