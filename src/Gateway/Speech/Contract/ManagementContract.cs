using System.Collections.Immutable;
using Switchboard.Gateway.OpenApi;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Contract;

/// <summary>The management part of the speech API, as the document describes it.</summary>
internal static class ManagementContract
{
    private const string Project = "/v1/projects/{project_id}";

    private static readonly ImmutableArray<SpeechParameter> Period =
    [
        new("start", Schema.Text, "The first day or moment; a month ago unless given."),
        new("end", Schema.Text, "The last day or moment; now unless given."),
        new("accessor", Schema.Uuid, "The id of a key."),
        new("method", Schema.OneOf("sync", "async", "streaming")),
        new("endpoint", Schema.OneOf("listen")),
        new("deployment", Schema.OneOf("hosted", "self-hosted")),
        new("tag", Schema.ListOf(Schema.Text), "Any of these labels."),
        new("model", Schema.ListOf(Schema.Text), "Any of these models."),
    ];

    /// <summary>All of them.</summary>
    public static ImmutableArray<SpeechOperation> All { get; } =
    [
        .. Projects(), .. Keys(), .. People(), .. Reports(), .. Money(),
        new SpeechOperation("ListSpeechModels", "GET", "/v1/models", null, "List the models").Gives(SpeechSchemas.Models),
        new SpeechOperation("GetSpeechModel", "GET", "/v1/models/{model_id}", null, "Get a model") { Refusals = [404] }.Gives(SpeechSchemas.Model),
        Of("ListProjectSpeechModels", "GET", "/models", SpeechScopes.ProjectRead, "List the models of a project").Gives(SpeechSchemas.Models),
        Of("GetProjectSpeechModel", "GET", "/models/{model_id}", SpeechScopes.ProjectRead, "Get a model of a project").Gives(SpeechSchemas.Model),
        new SpeechOperation("GrantSpeechToken", "POST", "/v1/auth/grant", SpeechScopes.UsageWrite, "Make a short-lived token")
        {
            Description = "The token may transcribe and nothing else; an open session outlives it. Needs a key of role member or higher.",
            Refusals = [403],
        }.Takes(SpeechSchemas.Grant).Gives(SpeechSchemas.Token),
        new SpeechOperation("GetSpeechKeyDetails", "GET", "/v1/auth/token", null, "Say what the presented key is").Gives(SpeechSchemas.KeyDetails),
    ];

    private static SpeechOperation[] Projects() =>
    [
        new SpeechOperation("ListSpeechProjects", "GET", "/v1/projects", SpeechScopes.ProjectRead, "List the key's projects").Gives(SpeechSchemas.Projects),
        Of("GetSpeechProject", "GET", "", SpeechScopes.ProjectRead, "Get a project").Gives(SpeechSchemas.Project),
        Of("UpdateSpeechProject", "PATCH", "", SpeechScopes.ProjectWriteSettings, "Rename a project")
            .Takes(SpeechSchemas.ProjectChange).Gives(SpeechSchemas.Message),
        Of("DeleteSpeechProject", "DELETE", "", SpeechScopes.ProjectWriteDestroy, "Not offered: organisations are not deleted here", 403).Gives(SpeechSchemas.Message),
        Of("LeaveSpeechProject", "DELETE", "/leave", SpeechScopes.ProjectRead, "Not offered: a key is nobody who could leave", 403).Gives(SpeechSchemas.Message),
        Of("GetSpeechLimits", "GET", "/limits", SpeechScopes.ProjectRead, "Get a project's limits").Gives(SpeechSchemas.Limits),
        Of("UpdateSpeechLimits", "PATCH", "/limits", SpeechScopes.ProjectWriteSettings, "Change a project's limits")
            .Takes(SpeechSchemas.LimitsChange).Gives(SpeechSchemas.Limits),
        Of("ResetSpeechLimits", "DELETE", "/limits", SpeechScopes.ProjectWriteSettings, "Give a project the default limits again").Gives(SpeechSchemas.Limits),
    ];

    private static SpeechOperation[] Keys() =>
    [
        Of("ListSpeechKeys", "GET", "/keys", SpeechScopes.KeysRead, "List the keys of a project") with
        {
            Query = [new("status", Schema.OneOf("active", "expired"))],
            Answers = [("application/json", SpeechSchemas.Keys)],
        },
        Of("CreateSpeechKey", "POST", "/keys", SpeechScopes.KeysWrite, "Make a key", 403).Takes(SpeechSchemas.NewKey).Gives(SpeechSchemas.MadeKey),
        Of("GetSpeechKey", "GET", "/keys/{key_id}", SpeechScopes.KeysRead, "Get a key").Gives(SpeechSchemas.OneKey),
        Of("DeleteSpeechKey", "DELETE", "/keys/{key_id}", SpeechScopes.KeysWrite, "Revoke a key", 403).Gives(SpeechSchemas.Message),
        Of("GetCallbackSecret", "GET", "/callback_secret", SpeechScopes.KeysRead, "Say which secret callbacks are signed with").Gives(SpeechSchemas.CallbackSecret),
        Of("RotateCallbackSecret", "POST", "/callback_secret", SpeechScopes.KeysWrite, "Make a new secret that callbacks are signed with")
            .Gives(SpeechSchemas.MadeCallbackSecret),
    ];

    private static SpeechOperation[] People() =>
    [
        Of("ListSpeechMembers", "GET", "/members", SpeechScopes.MembersRead, "List the members of a project").Gives(SpeechSchemas.Members),
        Of("RemoveSpeechMember", "DELETE", "/members/{member_id}", SpeechScopes.MembersWriteKick, "Remove a member", 403, 409).Gives(SpeechSchemas.Message),
        Of("GetSpeechMemberScopes", "GET", "/members/{member_id}/scopes", SpeechScopes.MembersReadScopes, "Get a member's scopes").Gives(SpeechSchemas.Scopes),
        Of("UpdateSpeechMemberScopes", "PUT", "/members/{member_id}/scopes", SpeechScopes.MembersWriteScopes, "Set a member's scope", 403, 409)
            .Takes(SpeechSchemas.ScopeChange).Gives(SpeechSchemas.Message),
        Of("ListSpeechInvites", "GET", "/invites", SpeechScopes.MembersReadInvites, "List the invitations").Gives(SpeechSchemas.Invites),
        Of("CreateSpeechInvite", "POST", "/invites", SpeechScopes.MembersWriteInvites, "Invite somebody", 403, 409)
            .Takes(SpeechSchemas.Invite).Gives(SpeechSchemas.Message),
        Of("DeleteSpeechInvite", "DELETE", "/invites/{email}", SpeechScopes.MembersWriteInvites, "Withdraw an invitation", 403).Gives(SpeechSchemas.Message),
    ];

    private static SpeechOperation[] Reports() =>
    [
        Of("GetSpeechUsage", "GET", "/usage", SpeechScopes.UsageRead, "Get the usage by day").Gives(SpeechSchemas.Usage) with { Query = Period },
        Of("GetSpeechUsageBreakdown", "GET", "/usage/breakdown", SpeechScopes.UsageRead, "Get the usage in groups").Gives(SpeechSchemas.UsageBreakdown) with
        {
            Query = [.. Period, new("grouping", Schema.OneOf("accessor", "endpoint", "feature_set", "models", "method", "tags", "deployment"))],
        },
        Of("GetSpeechUsageFields", "GET", "/usage/fields", SpeechScopes.UsageRead, "List what usage can be narrowed to").Gives(SpeechSchemas.UsageFields) with { Query = Period },
        Of("ListSpeechRequests", "GET", "/requests", SpeechScopes.UsageRead, "List sessions and files").Gives(SpeechSchemas.Requests) with
        {
            Query =
            [
                .. Period,
                new("limit", Schema.Integer with { Minimum = 1, Maximum = 1000, Default = 10 }),
                new("page", Schema.Integer with { Minimum = 0, Default = 0 }),
                new("request_id", Schema.Uuid),
                new("status", Schema.OneOf("succeeded", "failed")),
            ],
        },
        Of("GetSpeechRequest", "GET", "/requests/{request_id}", SpeechScopes.UsageRead, "Get a session or file, and how its callback stands").Gives(SpeechSchemas.OneRequest),
    ];

    private static SpeechOperation[] Money() =>
    [
        Of("ListSpeechBalances", "GET", "/balances", SpeechScopes.BillingRead, "List the balances").Gives(SpeechSchemas.Balances),
        Of("GetSpeechBalance", "GET", "/balances/{balance_id}", SpeechScopes.BillingRead, "Get a balance").Gives(SpeechSchemas.Balance),
        Of("GetSpeechCosts", "GET", "/billing/breakdown", SpeechScopes.BillingRead, "Get the costs in groups").Gives(SpeechSchemas.Costs) with
        {
            Query = [.. Period, new("grouping", Schema.OneOf("accessor", "deployment", "line_item", "tags"))],
        },
        Of("GetSpeechCostFields", "GET", "/billing/fields", SpeechScopes.BillingRead, "List what costs can be narrowed to").Gives(SpeechSchemas.CostFields) with { Query = Period },
        Of("ListSpeechPurchases", "GET", "/purchases", SpeechScopes.BillingRead, "List the orders").Gives(SpeechSchemas.Purchases),
        Of("ListSpeechInvoices", "GET", "/invoices", SpeechScopes.BillingRead, "List the invoices").Gives(SpeechSchemas.Invoices),
        Of("GetSpeechInvoice", "GET", "/invoices/{month}", SpeechScopes.BillingRead, "Get a month's invoice, as JSON or as a page to print") with
        {
            Answers = [("application/json", SpeechSchemas.Invoice), ("text/html", Schema.Text)],
        },
    ];

    private static SpeechOperation Of(string id, string method, string path, string scope, string summary, params int[] refusals) =>
        new(id, method, Project + path, scope, summary) { Refusals = [404, .. refusals] };
}
