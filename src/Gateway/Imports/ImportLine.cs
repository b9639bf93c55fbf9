using System.Text.Json;
using System.Text.Unicode;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Cases;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Access;
using Switchboard.Grains.Imports;
using Switchboard.Projects;

namespace Switchboard.Gateway.Imports;

/// <summary>Reads a line of an import: its form as the REST door reads a body's, and what happened to the case since it was opened.</summary>
/// <param name="orgId">The organisation.</param>
/// <param name="receipt">The import.</param>
/// <param name="now">The present.</param>
/// <param name="namesOthers">Whether the caller may say that others opened a case or wrote a comment.</param>
/// <param name="caller">The caller.</param>
/// <param name="maxDepth">How deep JSON may be nested.</param>
internal sealed class ImportLine(Guid orgId, ImportReceipt receipt, DateTimeOffset now, bool namesOthers, Guid caller, int maxDepth)
{
    /// <summary>Entries of a timeline on one line.</summary>
    public const int MostEntries = 1_000;

    private static readonly TimeSpan _clockSkew = TimeSpan.FromMinutes(5);

    /// <summary>What the caller is to the projects.</summary>
    public ProjectScope Scope { get; set; } = ProjectScope.Everything;

    /// <summary>Whether a line says nothing: it is counted and not answered.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.TrimStart(" \t\r"u8).IsEmpty;

    /// <summary>The case of a line, or why it cannot be taken.</summary>
    public Either<ImportedCase> Read(byte[] line, long number)
    {
        if (!Utf8.IsValid(line))
        {
            return ApiError.BadRequest("the line is not valid UTF-8");
        }

        if (JsonEscapes.FindUnstorable(line) is { } unstorable)
        {
            return ApiError.BadRequest(unstorable);
        }

        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = maxDepth });
            return ImportShapes.Line.ReadResource(document.RootElement, out var body) is { } malformed ? malformed : Read(body, number);
        }
        catch (JsonException exception)
        {
            return ApiError.BadRequest($"the line is not valid JSON at byte {exception.BytePositionInLine + 1}, or nested deeper than {maxDepth} levels");
        }
    }

    private Either<ImportedCase> Read(ResourceBody body, long number)
    {
        var openedAt = body.Get(ImportShapes.CreatedAt) ?? now;
        var project = body.Get(CaseShapes.Project)!.Value;
        if (ProjectGate.Check(Scope, project, ProjectRelation.Contributor, ApiError.NotFound("project not found")) is { } closed)
        {
            return closed;
        }

        var sourceKey = body.Get(ImportShapes.SourceKey);
        if (sourceKey?.Length > Switchboard.Limits.Name)
        {
            return ApiError.BadRequest($"attribute \"source_key\" has {sourceKey.Length} characters; at most {Switchboard.Limits.Name} are allowed");
        }

        var opening = CaseOpenings.Read(body);
        if (opening.Refusal is { } refused)
        {
            return refused;
        }

        var opener = body.Get(ImportShapes.CreatedBy);
        var story = new ImportStory(opening.Value! with { CreationSource = body.Get(ImportShapes.CreationSource) ?? "IMPORT" });
        foreach (var entry in body.Get(ImportShapes.Timeline).Select(static entry => (Entry: entry, At: TimeField.Read(entry.GetProperty("created_at"))))
            .OrderBy(static one => one.At))
        {
            if (entry.At is not { } at)
            {
                return ApiError.BadRequest("attribute \"timeline.created_at\" is not a time in RFC 3339, such as 2026-01-02T10:00:00Z");
            }

            if (story.Add(entry.Entry, at) is { } bad)
            {
                return bad;
            }
        }

        story.Finish(body, openedAt);
        return Check(openedAt, opener, story) is { } problem
            ? problem
            : new ImportedCase(
                sourceKey is null ? ImportIds.ByLine(orgId, receipt, number) : ImportIds.BySource(orgId, project, sourceKey),
                story.Opening,
                openedAt,
                opener == caller ? null : opener,
                [.. story.Steps.Select(step => step.Author == caller ? step with { Author = null } : step)]);
    }

    private ApiError? Check(DateTimeOffset openedAt, Guid? opener, ImportStory story)
    {
        if (openedAt < DateTimeOffset.UnixEpoch || openedAt > now + _clockSkew)
        {
            return ApiError.Invalid("created_at is before 1970, or in the future");
        }

        if (story.Steps.Any(step => step.At < openedAt || step.At > now + _clockSkew))
        {
            return ApiError.Invalid("something happened to the case before it was opened, or in the future; look at created_at, modified_at, closed_at, archived_at and timeline");
        }

        var others = (opener is { } one && one != caller) || story.Steps.Any(step => step.Author is { } author && author != caller);
        return others && !namesOthers
            ? ApiError.Forbidden($"to say that somebody else opened a case or wrote a comment takes the permission {Switchboard.Orgs.Permissions.UserAccessManage}")
            : null;
    }
}
