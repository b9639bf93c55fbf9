using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Switchboard.Gateway.Limits;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Gateway.Speech.Callbacks;
using Switchboard.Gateway.Speech.Wire;
using Switchboard.Grains.EventStore;
using Switchboard.Grains.Speech.Access;
using Switchboard.Grains.Speech.Wire;
using Switchboard.Orgs;

namespace Switchboard.Gateway.Speech.Management;

/// <summary>
/// The management part of the speech API (speech API specification, section 4). A project is an organisation; one that is not the caller's
/// is answered like one that does not exist. Short-lived tokens are not taken.
/// </summary>
internal static partial class ManagementRoutes
{
    private const string Project = "/v1/projects/{project_id}";
    private const int ClientClosedRequest = 499;

    /// <summary>Maps all of it.</summary>
    public static void MapSpeechManagement(this IEndpointRouteBuilder routes)
    {
        Map<ProjectCalls>(routes, "GET", "/v1/projects", SpeechScopes.ProjectRead, static (calls, call) => calls.ListAsync(call));
        Map<ProjectCalls>(routes, "GET", Project, SpeechScopes.ProjectRead, static (calls, call) => calls.GetAsync(call));
        Map<ProjectCalls>(routes, "PATCH", Project, SpeechScopes.ProjectWriteSettings, static (calls, call) => calls.RenameAsync(call));
        Map<ProjectCalls>(routes, "DELETE", Project, SpeechScopes.ProjectWriteDestroy, static (calls, call) => calls.DeleteAsync(call));
        Map<ProjectCalls>(routes, "DELETE", $"{Project}/leave", SpeechScopes.ProjectRead, static (calls, call) => calls.LeaveAsync(call));
        Map<LimitCalls>(routes, "GET", $"{Project}/limits", SpeechScopes.ProjectRead, static (calls, call) => calls.GetAsync(call));
        Map<LimitCalls>(routes, "PATCH", $"{Project}/limits", SpeechScopes.ProjectWriteSettings, static (calls, call) => calls.SetAsync(call));
        Map<LimitCalls>(routes, "DELETE", $"{Project}/limits", SpeechScopes.ProjectWriteSettings, static (calls, call) => calls.ResetAsync(call));

        Map<KeyCalls>(routes, "GET", $"{Project}/keys", SpeechScopes.KeysRead, static (calls, call) => calls.ListAsync(call));
        Map<KeyCalls>(routes, "POST", $"{Project}/keys", SpeechScopes.KeysWrite, static (calls, call) => calls.CreateAsync(call));
        Map<KeyCalls>(routes, "GET", $"{Project}/keys/{{key_id}}", SpeechScopes.KeysRead, static (calls, call) => calls.GetAsync(call));
        Map<KeyCalls>(routes, "DELETE", $"{Project}/keys/{{key_id}}", SpeechScopes.KeysWrite, static (calls, call) => calls.RevokeAsync(call));

        Map<CallbackCalls>(routes, "GET", $"{Project}/callback_secret", SpeechScopes.KeysRead, static (calls, call) => calls.GetAsync(call));
        Map<CallbackCalls>(routes, "POST", $"{Project}/callback_secret", SpeechScopes.KeysWrite, static (calls, call) => calls.RotateAsync(call));

        Map<MemberCalls>(routes, "GET", $"{Project}/members", SpeechScopes.MembersRead, static (calls, call) => calls.ListAsync(call));
        Map<MemberCalls>(routes, "DELETE", $"{Project}/members/{{member_id}}", SpeechScopes.MembersWriteKick, static (calls, call) => calls.RemoveAsync(call));
        Map<MemberCalls>(
            routes, "GET", $"{Project}/members/{{member_id}}/scopes", SpeechScopes.MembersReadScopes, static (calls, call) => calls.GetScopesAsync(call));
        Map<MemberCalls>(
            routes, "PUT", $"{Project}/members/{{member_id}}/scopes", SpeechScopes.MembersWriteScopes, static (calls, call) => calls.SetScopeAsync(call));
        Map<InviteCalls>(routes, "GET", $"{Project}/invites", SpeechScopes.MembersReadInvites, static (calls, call) => calls.ListAsync(call));
        Map<InviteCalls>(routes, "POST", $"{Project}/invites", SpeechScopes.MembersWriteInvites, static (calls, call) => calls.InviteAsync(call));
        Map<InviteCalls>(
            routes, "DELETE", $"{Project}/invites/{{email}}", SpeechScopes.MembersWriteInvites, static (calls, call) => calls.WithdrawAsync(call));

        Map<UsageCalls>(routes, "GET", $"{Project}/usage", SpeechScopes.UsageRead, static (calls, call) => calls.DaysAsync(call));
        Map<UsageCalls>(routes, "GET", $"{Project}/usage/breakdown", SpeechScopes.UsageRead, static (calls, call) => calls.BreakdownAsync(call));
        Map<UsageCalls>(routes, "GET", $"{Project}/usage/fields", SpeechScopes.UsageRead, static (calls, call) => calls.FieldsAsync(call));
        Map<RequestCalls>(routes, "GET", $"{Project}/requests", SpeechScopes.UsageRead, static (calls, call) => calls.ListAsync(call));
        Map<RequestCalls>(routes, "GET", $"{Project}/requests/{{request_id}}", SpeechScopes.UsageRead, static (calls, call) => calls.GetAsync(call));

        Map<BillingCalls>(routes, "GET", $"{Project}/balances", SpeechScopes.BillingRead, static (calls, call) => calls.BalancesAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/balances/{{balance_id}}", SpeechScopes.BillingRead, static (calls, call) => calls.BalanceAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/billing/breakdown", SpeechScopes.BillingRead, static (calls, call) => calls.BreakdownAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/billing/fields", SpeechScopes.BillingRead, static (calls, call) => calls.FieldsAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/purchases", SpeechScopes.BillingRead, static (calls, call) => calls.PurchasesAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/invoices", SpeechScopes.BillingRead, static (calls, call) => calls.InvoicesAsync(call));
        Map<BillingCalls>(routes, "GET", $"{Project}/invoices/{{month}}", SpeechScopes.BillingRead, static (calls, call) => calls.InvoiceAsync(call));

        Map<ModelCalls>(routes, "GET", "/v1/models", SpeechScopes.Any, static (calls, call) => calls.ListAsync(call));
        Map<ModelCalls>(routes, "GET", "/v1/models/{model_id}", SpeechScopes.Any, static (calls, call) => calls.GetAsync(call));
        Map<ModelCalls>(routes, "GET", $"{Project}/models", SpeechScopes.ProjectRead, static (calls, call) => calls.ListAsync(call));
        Map<ModelCalls>(routes, "GET", $"{Project}/models/{{model_id}}", SpeechScopes.ProjectRead, static (calls, call) => calls.GetAsync(call));

        Map<TokenCalls>(routes, "POST", "/v1/auth/grant", SpeechScopes.UsageWrite, static (calls, call) => calls.GrantAsync(call));
        Map<TokenCalls>(routes, "GET", "/v1/auth/token", SpeechScopes.Any, static (calls, call) => calls.DescribeAsync(call));
    }

    /// <summary>Registers what answers.</summary>
    public static void AddSpeechManagement(this IServiceCollection services)
    {
        services.AddSingleton<ProjectCalls>();
        services.AddSingleton<LimitCalls>();
        services.AddSingleton<ProjectPeople>();
        services.AddSingleton<KeyCalls>();
        services.AddOptions<CallbackOptions>().BindConfiguration(CallbackOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CallbackOptions>, CallbackOptionsValidator>());
        services.TryAddSingleton<CallbackParts>();
        services.AddSingleton<CallbackCalls>();
        services.AddSingleton<MemberCalls>();
        services.AddSingleton<InviteCalls>();
        services.AddSingleton<UsageCalls>();
        services.AddSingleton<RequestCalls>();
        services.AddSingleton<BillingCalls>();
        services.AddSingleton<ModelCalls>();
        services.AddSingleton<TokenCalls>();
    }

    private static void Map<T>(IEndpointRouteBuilder routes, string method, string path, string scope, Func<T, SpeechCall, ValueTask> answer)
        where T : notnull => routes.MapMethods(path, [method], http => AnswerAsync(http, scope, answer));

    private static async Task AnswerAsync<T>(HttpContext http, string scope, Func<T, SpeechCall, ValueTask> answer)
        where T : notnull
    {
        var requestId = SpeechErrors.Begin(http);
        try
        {
            var admission = await AdmitAsync(http, scope);
            if (admission.Caller is { } caller)
            {
                var call = new SpeechCall(http, requestId, caller);
                var verdict = http.RequestServices.GetRequiredService<RequestLimiter>().BudgetOf(caller.OrgId).Take();
                if (!verdict.Allowed)
                {
                    await call.RefuseAsync(SpeechError.TooManyRequests with { RetryAfterSeconds = verdict.ResetSeconds });
                    return;
                }

                if (http.Request.RouteValues.ContainsKey("project_id") && call.Id("project_id") != caller.OrgId)
                {
                    await call.RefuseAsync(SpeechError.ProjectNotFound);
                    return;
                }

                await answer(http.RequestServices.GetRequiredService<T>(), call);
            }
            else
            {
                await SpeechErrors.WriteAsync(http, admission.Refusal!, requestId);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            var refusal = error switch
            {
                BadHttpRequestException => SpeechError.Unreadable,
                StorageUnavailableException or TimeoutException or OperationCanceledException or OrleansException => SpeechError.Unavailable,
                _ => SpeechError.Internal,
            };
            LogFailed(http.RequestServices.GetRequiredService<ILogger<SpeechCall>>(), requestId, http.Request.Method, refusal.Status, error);
            await SpeechErrors.WriteAsync(http, refusal, requestId);
        }
    }

    private static async ValueTask<SpeechAdmission> AdmitAsync(HttpContext http, string scope)
    {
        if (SpeechCredentials.Read(http.Request.Headers).Secret is not { } secret || SpeechTokens.IsToken(secret))
        {
            return KnownKey.Refused;
        }

        var keys = http.RequestServices.GetRequiredService<ISpeechKeys>();
        return await keys.FindAsync(secret, scope, http.RequestAborted);
    }

    [LoggerMessage(9530, LogLevel.Error, "Request {RequestId} ({Method}) of the speech API's management failed and was answered with {Status}")]
    private static partial void LogFailed(ILogger logger, Guid requestId, string method, int status, Exception error);
}
