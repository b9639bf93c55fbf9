using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.Tests.Fakes;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Tests.Access;

public sealed class PermissionMatrixTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly GatewayServer _server = fixture.Server;

    public static TheoryData<string, string?> Matrix => new()
    {
        { "SearchCases", Permissions.CasesRead },
        { "GetCase", Permissions.CasesRead },
        { "ListCaseTimeline", Permissions.CasesRead },
        { "GetProjects", Permissions.CasesRead },
        { "GetProject", Permissions.CasesRead },
        { "GetAllCaseTypes", Permissions.CasesRead },
        { "StreamCases", Permissions.CasesRead },
        { "ListCaseHistory", Permissions.CasesRead },
        { "GetCaseAnalytics", Permissions.CasesRead },
        { "ListCaseViews", Permissions.CasesRead },
        { "GetCaseView", Permissions.CasesRead },
        { "OpenCaseView", Permissions.CasesRead },
        { "CreateCaseView", Permissions.CasesWrite },
        { "UpdateCaseView", Permissions.CasesWrite },
        { "DeleteCaseView", Permissions.CasesWrite },
        { "ListCaseTemplates", Permissions.CasesRead },
        { "GetCaseTemplate", Permissions.CasesRead },
        { "CreateCaseTemplate", Permissions.CasesWrite },
        { "ReplaceCaseTemplate", Permissions.CasesWrite },
        { "DeleteCaseTemplate", Permissions.CasesWrite },
        { "CreateCaseFromTemplate", Permissions.CasesWrite },
        { "ListWebhooks", Permissions.CasesSharedSettingsWrite },
        { "CreateWebhook", Permissions.CasesSharedSettingsWrite },
        { "GetWebhook", Permissions.CasesSharedSettingsWrite },
        { "UpdateWebhook", Permissions.CasesSharedSettingsWrite },
        { "DeleteWebhook", Permissions.CasesSharedSettingsWrite },
        { "RotateWebhookSecret", Permissions.CasesSharedSettingsWrite },
        { "ListWebhookDeliveries", Permissions.CasesSharedSettingsWrite },
        { "GetWebhookDelivery", Permissions.CasesSharedSettingsWrite },
        { "ReplayWebhookDelivery", Permissions.CasesSharedSettingsWrite },
        { "ReplayWebhookDeliveries", Permissions.CasesSharedSettingsWrite },
        { "CreateCase", Permissions.CasesWrite },
        { "UpdateCaseTitle", Permissions.CasesWrite },
        { "UpdateCaseDescription", Permissions.CasesWrite },
        { "UpdatePriority", Permissions.CasesWrite },
        { "UpdateStatus", Permissions.CasesWrite },
        { "AssignCase", Permissions.CasesWrite },
        { "UnassignCase", Permissions.CasesWrite },
        { "UpdateAttributes", Permissions.CasesWrite },
        { "ArchiveCase", Permissions.CasesWrite },
        { "UnarchiveCase", Permissions.CasesWrite },
        { "UpdateCaseDueDate", Permissions.CasesWrite },
        { "UpdateCaseResolvedReason", Permissions.CasesWrite },
        { "MergeCase", Permissions.CasesWrite },
        { "UnmergeCase", Permissions.CasesWrite },
        { "UpdateCaseClosedReason", Permissions.CasesWrite },
        { "ListCaseTasks", Permissions.CasesRead },
        { "CreateCaseTask", Permissions.CasesWrite },
        { "UpdateCaseTask", Permissions.CasesWrite },
        { "DeleteCaseTask", Permissions.CasesWrite },
        { "ListCaseCalls", Permissions.CasesRead },
        { "CreateCaseCall", Permissions.CasesWrite },
        { "GetCaseCall", Permissions.CasesRead },
        { "GetCaseCallTranscript", Permissions.CasesRead },
        { "AddCaseInsights", Permissions.CasesWrite },
        { "RemoveCaseInsights", Permissions.CasesWrite },
        { "ListCaseWatchers", Permissions.CasesRead },
        { "WatchCase", Permissions.CasesRead },
        { "UnwatchCase", Permissions.CasesRead },
        { "UpdateCaseCustomAttribute", Permissions.CasesWrite },
        { "DeleteCaseCustomAttribute", Permissions.CasesWrite },
        { "CreateCaseType", Permissions.CasesSharedSettingsWrite },
        { "UpdateCaseType", Permissions.CasesSharedSettingsWrite },
        { "DeleteCaseType", Permissions.CasesSharedSettingsWrite },
        { "GetAllCustomAttributes", Permissions.CasesRead },
        { "GetAllCustomAttributeConfigsByCaseType", Permissions.CasesRead },
        { "CreateCustomAttributeConfig", Permissions.CasesSharedSettingsWrite },
        { "UpdateCustomAttributeConfig", Permissions.CasesSharedSettingsWrite },
        { "DeleteCustomAttributeConfig", Permissions.CasesSharedSettingsWrite },
        { "MoveCaseToProject", Permissions.CasesWrite },
        { "BulkUpdateCases", Permissions.CasesWrite },
        { "ImportCases", Permissions.CasesWrite },
        { "GetCaseImport", Permissions.CasesWrite },
        { "ExportCases", Permissions.CasesRead },
        { "CreateCases", Permissions.CasesWrite },
        { "AttachCase", Permissions.CasesWrite },
        { "DetachCase", Permissions.CasesWrite },
        { "CountCases", Permissions.CasesRead },
        { "AggregateCases", Permissions.CasesRead },
        { "ListUserCaseProjectFavorites", Permissions.CasesRead },
        { "FavoriteCaseProject", Permissions.CasesRead },
        { "UnfavoriteCaseProject", Permissions.CasesRead },
        { "ListCaseLinks", Permissions.CasesRead },
        { "CreateCaseLink", Permissions.CasesWrite },
        { "DeleteCaseLink", Permissions.CasesWrite },
        { "CommentCase", Permissions.CasesWrite },
        { "UpdateCaseComment", Permissions.CasesWrite },
        { "DeleteCaseComment", Permissions.CasesWrite },
        { "CreateProject", Permissions.CasesWrite },
        { "UpdateProject", Permissions.CasesWrite },
        { "DeleteProject", Permissions.CasesWrite },
        { "GetRestrictionPolicy", Permissions.CasesRead },
        { "UpdateRestrictionPolicy", Permissions.CasesWrite },
        { "DeleteRestrictionPolicy", Permissions.CasesWrite },
        { "ListUsers", Permissions.UserAccessRead },
        { "GetUser", Permissions.UserAccessRead },
        { "ListRoles", Permissions.UserAccessRead },
        { "GetRole", Permissions.UserAccessRead },
        { "ListRolePermissions", Permissions.UserAccessRead },
        { "ListRoleUsers", Permissions.UserAccessRead },
        { "ListPermissions", Permissions.UserAccessRead },
        { "ListUserPermissions", Permissions.UserAccessRead },
        { "CreateTeam", Permissions.TeamsManage },
        { "ListTeams", Permissions.TeamsRead },
        { "GetTeam", Permissions.TeamsRead },
        { "UpdateTeam", Permissions.TeamsRead },
        { "DeleteTeam", Permissions.TeamsRead },
        { "GetTeamMemberships", Permissions.TeamsRead },
        { "CreateTeamMembership", Permissions.TeamsRead },
        { "UpdateTeamMembership", Permissions.TeamsRead },
        { "DeleteTeamMembership", Permissions.TeamsRead },
        { "GetUserMemberships", Permissions.TeamsRead },
        { "GetTeamLinks", Permissions.TeamsRead },
        { "CreateTeamLink", Permissions.TeamsRead },
        { "GetTeamLink", Permissions.TeamsRead },
        { "UpdateTeamLink", Permissions.TeamsRead },
        { "DeleteTeamLink", Permissions.TeamsRead },
        { "GetTeamPermissionSettings", Permissions.TeamsRead },
        { "UpdateTeamPermissionSetting", Permissions.TeamsRead },
        { "CreateUser", Permissions.UserAccessManage },
        { "UpdateUser", Permissions.UserAccessManage },
        { "DisableUser", Permissions.UserAccessManage },
        { "ListPersonalAccessTokens", Permissions.UserAppKeys },
        { "CreatePersonalAccessToken", Permissions.UserAppKeys },
        { "GetPersonalAccessToken", Permissions.UserAppKeys },
        { "UpdatePersonalAccessToken", Permissions.UserAppKeys },
        { "RevokePersonalAccessToken", Permissions.UserAppKeys },
        { "SuggestCases", Permissions.CasesRead },
        { "ListAuditLogs", Permissions.AuditLogsRead },
        { "ExportAuditLogs", Permissions.AuditLogsRead },
        { "VerifyAuditLogs", Permissions.AuditLogsRead },
        { "ListIntakeIntegrations", Permissions.CasesSharedSettingsWrite },
        { "CreateIntakeIntegration", Permissions.CasesSharedSettingsWrite },
        { "GetIntakeIntegration", Permissions.CasesSharedSettingsWrite },
        { "UpdateIntakeIntegration", Permissions.CasesSharedSettingsWrite },
        { "DeleteIntakeIntegration", Permissions.CasesSharedSettingsWrite },
        { "RotateIntakeIntegrationKey", Permissions.CasesSharedSettingsWrite },
        { "GetIntakeReceipt", Permissions.CasesRead },
        { "ListIntakeAlerts", Permissions.CasesRead },
        { "SubmitAlert", null },
        { "SendHeartbeat", null },
        { "ReceiveAlertmanager", null },
        { "EnqueuePagerDutyEvent", null },
        { "ReceiveWebhook", null },
        { "ReceiveMail", null },
        { "GetCurrentUser", null },
        { "Validate", null },
    };

    [Fact]
    public void The_matrix_is_complete() =>
        Matrix.Select(row => row.Data.Item1).ShouldBe(Served.Select(operation => operation.Id), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task An_operation_is_refused_to_a_key_that_has_every_permission_but_the_one_it_needs(string id, string? permission)
    {
        var operation = Served.Single(served => served.Id == id);
        operation.Access.Permission.ShouldBe(permission);
        if (permission is null)
        {
            return;
        }

        using var without = await SendAsync(operation, [.. Permissions.All.Where(name => name != permission)]);
        (await without.ErrorAsync(403)).Text("detail").ShouldBe($"this operation needs the permission {permission}");

        // With it the request goes on to the next check: a missing body, or a grain that this test has no fake of.
        using var with = await SendAsync(operation, [permission]);
        with.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden);
        with.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task No_operation_answers_a_stranger(string id, string? permission)
    {
        _ = permission;
        var operation = Served.Single(served => served.Id == id);
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), PathOf(operation));
        using var response = await _server.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(id switch
        {
            "Validate" => 403,
            "EnqueuePagerDutyEvent" => 400, // an event without a key is an invalid one there
            _ => 401,
        });
    }

    private IReadOnlyList<ApiOperation> Served =>
        [.. _server.Services.GetServices<IApiOperations>().SelectMany(group => group.Operations)];

    private static string PathOf(ApiOperation operation) =>
        System.Text.RegularExpressions.Regex.Replace(operation.Path, "{[^}]+}", "00000000-0000-0000-0000-00000000000a");

    private async Task<HttpResponseMessage> SendAsync(ApiOperation operation, string[] scopes)
    {
        var org = new FakeOrg(_server.Grains);
        org.Application = org.Application with { Scopes = [.. scopes] };
        org.Save();
        using var request = GatewayServer.Request(org, new HttpMethod(operation.Method), PathOf(operation));

        // The head tells enough; a stream has no end to wait for.
        return await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
