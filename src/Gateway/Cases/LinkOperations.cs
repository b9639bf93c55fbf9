using System.Collections.Immutable;
using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Cases;
using Switchboard.Orgs;
using Switchboard.Projects;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Cases;

/// <summary>Links between cases, and from cases to other things.</summary>
internal sealed class LinkOperations(CaseLookup cases, ICaseLinks links, ProjectGate gate) : IApiOperations
{
    private const string Tag = "Case Management";
    private const string Path = "/api/v2/cases/link";

    private static readonly ChoiceParameter EntityType = new("entity_type", CaseLinkNames.EntityTypes)
    {
        Required = true,
        Description = "What sort of thing.",
    };

    private static readonly TextParameter EntityId = new("entity_id", Parameter.InQuery, Switchboard.Limits.LinkEndId)
    {
        Required = true,
        Description = "The thing's UUID.",
    };

    private static readonly ChoiceParameter Relationship = new("relationship", CaseLinkNames.Relationships)
    {
        Description = "Only links of this relation.",
    };

    private static readonly UuidParameter LinkId = new("link_id", Parameter.InPath)
    {
        ErrorName = "LinkID",
        Required = true,
        Description = "The link's UUID.",
    };

    private static readonly TextField ParentType = EndField("parent_entity_type", "CASE, INCIDENT, PAGE or AGENT_CONVERSATION.");
    private static readonly TextField ParentId = EndField("parent_entity_id", "Where the relation starts; a case by its UUID.");
    private static readonly TextField ChildType = EndField("child_entity_type", "CASE, INCIDENT, PAGE or AGENT_CONVERSATION.");
    private static readonly TextField ChildId = EndField("child_entity_id", "Where the relation leads; a case by its UUID.");
    private static readonly TextField Relation = EndField("relationship", string.Join(", ", CaseLinkNames.Relationships) + ".");

    private static readonly ResourceShape Create = new("CaseLinkCreateRequest", "link")
    {
        Attributes = [ChildId, ChildType, ParentId, ParentType, Relation],
    };

    private static readonly Schema Resource = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf("link")),
        Always("attributes", Schema.Object(
            Always("child_entity_id", Schema.Text),
            Always("child_entity_type", Schema.OneOf(CaseLinkNames.EntityTypes.AsSpan())),
            Always("parent_entity_id", Schema.Text),
            Always("parent_entity_type", Schema.OneOf(CaseLinkNames.EntityTypes.AsSpan())),
            Always("relationship", Schema.OneOf(CaseLinkNames.Relationships.AsSpan()))))).Named("CaseLink");

    private static readonly ApiError UnknownLink = ApiError.NotFound("case link not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "ListCaseLinks",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "List case links",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [EntityType, EntityId, Relationship],
            Response = Schema.Object(Always("data", Schema.ListOf(Resource))).Named("CaseLinksResponse"),
            Handle = ListAsync,
        },
        new()
        {
            Id = "CreateCaseLink",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Create a case link",
            Description = "Reads \"parent relationship child\". At least one end is a case; both ends' timelines show the link.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Body = Create,
            Success = 201,
            Response = Schema.Object(Always("data", Resource)).Named("CaseLinkResponse"),
            Handle = CreateAsync,
        },
        new()
        {
            Id = "DeleteCaseLink",
            Method = "DELETE",
            Path = $"{Path}/{{link_id}}",
            Tag = Tag,
            Summary = "Delete a case link",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [LinkId],
            Success = 204,
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask ListAsync(ApiRequest request)
    {
        var end = EndOf(request.Get(EntityType)!, request.Get(EntityId));
        if (end.Type == CaseLinkNames.Case && end.CaseId is null)
        {
            await request.RefuseAsync(ApiError.InvalidParameter(EntityId.Name, EntityId.Place, "expected type \"uuid\""));
            return;
        }

        if (end.CaseId is { } caseId
            && (await cases.Of(request.OrgId, caseId).GetAsync() is null || !await gate.SeesCaseAsync(request, caseId)))
        {
            await request.RefuseAsync(CaseLookup.NotFound);
            return;
        }

        var found = end.CaseId is { } joined
            ? await links.ListJoinedAsync(request.OrgId, joined, request.Get(Relationship), request.Aborted)
            : await links.ListAsync(request.OrgId, end, request.Get(Relationship), request.Aborted);
        await request.SendAsync(await VisibleAsync(request, found), WriteList);
    }

    private async ValueTask CreateAsync(ApiRequest request)
    {
        var body = request.Body;
        var parent = EndOf(body.Get(ParentType)!, body.Get(ParentId)!);
        var child = EndOf(body.Get(ChildType)!, body.Get(ChildId)!);
        if ((parent.CaseId ?? child.CaseId) is not { } owner)
        {
            await request.RefuseAsync(new[] { parent, child }.Any(static end => end.Type == CaseLinkNames.Case)
                ? ApiError.BadRequest("the id of a linked case is not a valid UUID")
                : ApiError.Invalid("at least one end of a link must be a case"));
            return;
        }

        // Either case gets the event, and closing one may close the other: both must be the caller's to change.
        if (await CheckAsync(request, parent, child) is { } closed)
        {
            await request.RefuseAsync(closed);
            return;
        }

        var command = new AddLink(request.NewId(), body.Get(Relation)!, parent, child);
        var outcome = await cases.Of(request.OrgId, owner).LinkAsync(command, request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        request.NoteReplay(outcome.Replayed);
        await request.SendAsync(outcome.Value, static (json, link) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("data"u8);
            Write(json, link);
            json.WriteEndObject();
        });
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        if (await links.FindAsync(request.OrgId, request.Get(LinkId), request.Aborted) is not { } link)
        {
            await request.RefuseAsync(UnknownLink);
            return;
        }

        if (await CheckAsync(request, link.Parent, link.Child) is { } closed)
        {
            await request.RefuseAsync(closed.Status == 404 ? UnknownLink : closed);
            return;
        }

        var outcome = await cases.Of(request.OrgId, link.OwnerId).LinkAsync(new RemoveLink(link.Id), request.Command);
        await (outcome.Succeeded ? request.DoneAsync() : request.RefuseAsync(outcome.Error));
    }

    private async ValueTask<ApiError?> CheckAsync(ApiRequest request, LinkEnd parent, LinkEnd child)
    {
        ApiError? lesser = null;
        foreach (var end in (LinkEnd[])[parent, child])
        {
            if (end.CaseId is { } id && await gate.CheckCaseAsync(request, id, ProjectRelation.Contributor) is { } closed)
            {
                // That one end is hidden must not be told apart from its not being there.
                if (closed.Status == 404)
                {
                    return closed;
                }

                lesser = closed;
            }
        }

        return lesser;
    }

    private async ValueTask<ImmutableArray<CaseLink>> VisibleAsync(ApiRequest request, ImmutableArray<CaseLink> found)
    {
        if ((await gate.ScopeAsync(request)).Hidden.IsEmpty)
        {
            return found;
        }

        var visible = ImmutableArray.CreateBuilder<CaseLink>();
        foreach (var link in found)
        {
            if ((link.Parent.CaseId is not { } parent || await gate.SeesCaseAsync(request, parent))
                && (link.Child.CaseId is not { } child || await gate.SeesCaseAsync(request, child)))
            {
                visible.Add(link);
            }
        }

        return visible.ToImmutable();
    }

    private static LinkEnd EndOf(string type, string id) =>
        type == CaseLinkNames.Case && UuidParameter.TryRead(id, out var caseId) ? LinkEnd.Case(caseId) : new LinkEnd(type, id);

    private static TextField EndField(string name, string description) => new(name, Required: true)
    {
        NotEmpty = true,
        Description = description,
    };

    private static void WriteList(Utf8JsonWriter json, ImmutableArray<CaseLink> list)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var link in list)
        {
            Write(json, link);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CaseLink link)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, link.Id);
        json.WriteString("type"u8, "link"u8);
        json.WriteStartObject("attributes"u8);
        json.WriteString("child_entity_id"u8, link.Child.Id);
        json.WriteString("child_entity_type"u8, link.Child.Type);
        json.WriteString("parent_entity_id"u8, link.Parent.Id);
        json.WriteString("parent_entity_type"u8, link.Parent.Type);
        json.WriteString("relationship"u8, link.Relationship);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
