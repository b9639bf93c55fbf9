using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace Switchboard.Silo.Telemetry;

/// <summary>
/// Gives the server's span what ASP.NET Core leaves to an instrumentation package: a name by route, the route, the status, and
/// whether it failed (OpenTelemetry semantic conventions for HTTP servers).
/// </summary>
internal static class RequestSpans
{
    /// <summary>Must come before everything that answers requests.</summary>
    public static void UseRequestSpans(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
            {
                Describe(activity, context);
            }
        }
    });

    private static void Describe(Activity activity, HttpContext context)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (activity.GetTagItem("rpc.system") is null)
        {
            activity.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        }

        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag("error.type", context.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
