using System.Collections.Immutable;
using System.Text.Json;
using Orleans;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Access;
using Switchboard.Orgs;
using Switchboard.Projects;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Projects;

/// <summary>
/// Shows, replaces and deletes the restriction policies of projects. A policy is its managers' to change; whoever may manage access to the
/// organisation may change every policy, so that no project is lost with its last manager.
/// </summary>
internal sealed class PolicyOperations(IGrainFactory grains, ProjectGate gate, ProjectAccess access, PolicyPrincipals principals) : IApiOperations
{
    private const string Tag = "Restriction Policies";
    private const string Path = "/api/v2/restriction_policy/{resource_id}";
    private const string ResourceType = "case-management-project";
    private const string BodyType = "restriction_policy";

    private static readonly PermissionSet Administration = PermissionSet.Of(Permissions.UserAccessManage);

    private static readonly TextParameter ResourceId = new("resource_id", Parameter.InPath, 200)
    {
        Required = true,
        Description = $"{ResourceType}, a colon and the project's UUID.",
    };

    private static readonly BooleanParameter AllowSelfLockout = new("allow_self_lockout", false)
    {
        Description = $"Lets somebody with {Permissions.UserAccessManage} give up being a manager of the project.",
    };

    private static readonly ImmutableArray<(string Word, ProjectRelation Value)> Relations =
        [("viewer", ProjectRelation.Viewer), ("contributor", ProjectRelation.Contributor), ("manager", ProjectRelation.Manager)];

    private static readonly Schema Binding = Schema.Object(
        Always("principals", Schema.ListOf(Schema.Text).Says("user:, role:, team: or org: and a UUID.")),
        Always("relation", Schema.OneOf([.. Relations.Select(static one => one.Word)]))).Named("RestrictionPolicyBinding");

    private static readonly ObjectListField Bindings = new("bindings", Binding, 0, 3, Required: true);

    private static readonly ResourceShape Update = new("RestrictionPolicyUpdateRequest", BodyType) { NeedsId = true, Attributes = [Bindings] };

    private static readonly Schema Response = Schema.Object(Always("data", Schema.Object(
        Always("id", Schema.Text),
        Always("type", Schema.OneOf(BodyType)),
        Always("attributes", Schema.Object(Always("bindings", Schema.ListOf(Binding))))))).Named("RestrictionPolicyResponse");

    private static ApiError UnknownProject { get; } = ApiError.NotFound("project not found");

    public IEnumerable<ApiOperation> Operations =>
    [
        new()
        {
            Id = "GetRestrictionPolicy",
            Method = "GET",
            Path = Path,
            Tag = Tag,
            Summary = "Get a restriction policy",
            Description = "A project without a policy has no bindings: it is open to the whole organisation.",
            Access = AccessRule.Needs(Permissions.CasesRead),
            Parameters = [ResourceId],
            Response = Response,
            MediaType = MediaTypes.Json,
            Handle = GetAsync,
        },
        new()
        {
            Id = "UpdateRestrictionPolicy",
            Method = "POST",
            Path = Path,
            Tag = Tag,
            Summary = "Update a restriction policy",
            Description = "Replaces all bindings. The caller must be a manager afterwards too.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ResourceId, AllowSelfLockout],
            Body = Update,
            Response = Response,
            MediaType = MediaTypes.Json,
            Handle = UpdateAsync,
        },
        new()
        {
            Id = "DeleteRestrictionPolicy",
            Method = "DELETE",
            Path = Path,
            Tag = Tag,
            Summary = "Delete a restriction policy",
            Description = "Opens the project to the whole organisation.",
            Access = AccessRule.Needs(Permissions.CasesWrite),
            Parameters = [ResourceId],
            Success = 204,
            MediaType = MediaTypes.Json,
            Handle = DeleteAsync,
        },
    ];

    private async ValueTask GetAsync(ApiRequest request)
    {
        var (id, refusal) = await FindAsync(request, ProjectRelation.Viewer);
        var project = refusal is null ? await Of(request, id).GetAsync() : null;
        await (refusal is not null ? request.RefuseAsync(refusal)
            : project is null ? request.RefuseAsync(UnknownProject)
            : request.SendAsync((Id: id, project.Policy), static (json, state) => Write(json, state.Id, state.Policy)));
    }

    private async ValueTask UpdateAsync(ApiRequest request)
    {
        var (id, refusal) = await FindAsync(request, ProjectRelation.Manager);
        if (refusal is null && request.Body.Id != request.Get(ResourceId))
        {
            refusal = ApiError.BadRequest("data.id is not the resource of the path");
        }

        if (refusal is not null)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        var (policy, malformed) = Read(request.Body);
        refusal = malformed ?? await principals.CheckAsync(request.OrgId, policy!) ?? await CheckLockoutAsync(request, policy!);
        await (refusal is not null ? request.RefuseAsync(refusal) : ExecuteAsync(request, id, policy));
    }

    private async ValueTask DeleteAsync(ApiRequest request)
    {
        var (id, refusal) = await FindAsync(request, ProjectRelation.Manager);
        await (refusal is not null ? request.RefuseAsync(refusal) : ExecuteAsync(request, id, null));
    }

    private async ValueTask ExecuteAsync(ApiRequest request, Guid id, ProjectPolicy? policy)
    {
        var outcome = await Of(request, id).ExecuteAsync(new SetProjectPolicy(policy), request.Command);
        if (!outcome.Succeeded)
        {
            await request.RefuseAsync(outcome.Error);
            return;
        }

        // Here at once, in other processes within the time to live.
        access.ProjectsChanged(request.OrgId);
        request.NoteReplay(outcome.Replayed);
        await (policy is null
            ? request.DoneAsync()
            : request.SendAsync((Id: id, outcome.Value.Policy), static (json, state) => Write(json, state.Id, state.Policy)));
    }

    private async ValueTask<(Guid Id, ApiError? Refusal)> FindAsync(ApiRequest request, ProjectRelation needed)
    {
        var name = request.Get(ResourceId);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || name[..colon] != ResourceType || !UuidParameter.TryRead(name[(colon + 1)..], out var id))
        {
            return (default, ApiError.InvalidParameter(ResourceId.Name, ResourceId.Place, $"expected {ResourceType}:<project's uuid>"));
        }

        return (id, request.Principal.Permissions.Contains(Administration) ? null : await gate.CheckProjectAsync(request, id, needed));
    }

    /// <summary>Whoever changes a policy stays a manager by it, unless an administrator says otherwise: no one is locked out by a slip.</summary>
    private async ValueTask<ApiError?> CheckLockoutAsync(ApiRequest request, ProjectPolicy policy)
    {
        if (request.Get(AllowSelfLockout))
        {
            return request.Principal.Permissions.Contains(Administration)
                ? null
                : ApiError.Forbidden($"allow_self_lockout needs the permission {Permissions.UserAccessManage}");
        }

        var me = await access.SubjectAsync(request.OrgId, request.Principal.UserId);
        return me?.RelationTo(policy) == ProjectRelation.Manager
            ? null
            : ApiError.Invalid("this policy would leave you without the relation manager; name yourself, one of your roles or one of your teams as a manager");
    }

    private static (ProjectPolicy? Policy, ApiError? Malformed) Read(ResourceBody body)
    {
        var bindings = ImmutableArray.CreateBuilder<PolicyBinding>();
        foreach (var item in body.Get(Bindings))
        {
            var relation = item.GetProperty("relation").GetString();
            var known = Relations.FirstOrDefault(one => one.Word == relation);
            if (known.Word is null)
            {
                return (null, ApiError.Invalid($"invalid relation {Quoted.Cut(relation!)}. Must be one of {string.Join(", ", Relations.Select(static one => one.Word))}"));
            }

            bindings.Add(new PolicyBinding(known.Value, [.. item.GetProperty("principals").EnumerateArray().Select(static text => text.GetString()!)]));
        }

        return (new ProjectPolicy(bindings.ToImmutable()), null);
    }

    private static void Write(Utf8JsonWriter json, Guid id, ProjectPolicy? policy)
    {
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, $"{ResourceType}:{id:D}");
        json.WriteString("type"u8, BodyType);
        json.WriteStartObject("attributes"u8);
        json.WriteStartArray("bindings"u8);
        foreach (var binding in policy?.Bindings ?? [])
        {
            json.WriteStartObject();
            json.WriteStartArray("principals"u8);
            foreach (var principal in binding.Principals)
            {
                json.WriteStringValue(principal);
            }

            json.WriteEndArray();
            json.WriteString("relation"u8, Relations.First(one => one.Value == binding.Relation).Word);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private IProjectGrain Of(ApiRequest request, Guid projectId) => grains.GetGrain<IProjectGrain>(GrainKeys.Of(request.OrgId, projectId));
}
