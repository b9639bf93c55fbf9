using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Access;
using Switchboard.Gateway.Idempotency;

namespace Switchboard.Gateway.Http;

/// <summary>
/// The way of a request through one operation: id, keys, limits, permission, parameters, body, idempotency, policy, handler; and what becomes
/// of everything that can go wrong on it. The order matters: a stranger learns nothing, and a malformed request is refused as such
/// whether or not what it names exists.
/// </summary>
internal sealed class ApiPipeline(ApiOperation operation, GatewayFrame frame)
{
    private static readonly string[] Challenge = ["ApiKey", "Bearer"];

    private readonly bool _guarded = ProjectGate.Guards(operation);
    private readonly OperationMeter _meter = frame.Instruments.Of(operation.Id);

    /// <summary>Takes a request of REST.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        SecurityHeaders.SetForData(http.Response.Headers);
        return RunAsync(http, new ApiRequest(http, operation, RequestIds.Of(http.Request.Headers)));
    }

    /// <summary>Takes a request that came through whichever door.</summary>
    public async Task RunAsync(HttpContext http, ApiRequest request)
    {
        var started = frame.Time.GetTimestamp();
        request.ResponseHeaders[RequestIds.Header] = request.Id;
        try
        {
            await AdmitAsync(http, request);
        }
        catch (Exception exception)
        {
            await Faults.AnswerAsync(http, request, exception, frame);
        }
        finally
        {
            _meter.Record(request.StatusSent, frame.Time.GetElapsedTime(started));
        }
    }

    private async ValueTask AdmitAsync(HttpContext http, ApiRequest request)
    {
        var admission = operation.Admit is { } admit ? await admit(request) : await frame.Authenticator.AdmitAsync(http.Request.Headers, operation.Access);
        if (admission.Principal is not { } principal)
        {
            await RefuseStrangerAsync(request, admission.Refusal!);
            return;
        }

        request.Principal = principal;
        var verdict = principal.Budget.Take();
        request.SetLimitHeaders(verdict);
        if (!verdict.Allowed)
        {
            await request.RefuseAsync(TooMany(verdict));
            return;
        }

        if (!principal.Permissions.Contains(operation.Access.Required))
        {
            await request.RefuseAsync(ApiError.Forbidden($"this operation needs the permission {operation.Access.Permission}"));
            return;
        }

        foreach (var parameter in operation.Parameters)
        {
            if (parameter.Check(request.TextOf(parameter)) is { } refusal)
            {
                await request.RefuseAsync(refusal);
                return;
            }
        }

        if (operation.Body is null && !CarriesIdempotencyKey(request))
        {
            await HandleAsync(request);
        }
        else
        {
            await WithBodyAsync(http, request);
        }
    }

    private async ValueTask WithBodyAsync(HttpContext http, ApiRequest request)
    {
        var (body, refusal) = await request.ReadBodyAsync(frame.Options.MaxBodyBytes);
        if (body is null)
        {
            await request.RefuseAsync(refusal!);
            return;
        }

        using (body)
        {
            request.Content = body;
            if (ReadShape(body, request) is { } malformed)
            {
                await request.RefuseAsync(malformed);
                return;
            }

            if (CarriesIdempotencyKey(request))
            {
                await OnceAsync(http, request, body);
            }
            else
            {
                await HandleAsync(request);
            }
        }
    }

    private async ValueTask HandleAsync(ApiRequest request)
    {
        if (_guarded && await frame.Gate.CheckPathAsync(request, operation) is { } refusal)
        {
            await request.RefuseAsync(refusal);
            return;
        }

        await operation.Handle(request);
    }

    private ApiError? ReadShape(RequestBody body, ApiRequest request)
    {
        if (operation.Body is not { } shape)
        {
            return null;
        }

        if (body.Parse(frame.Options.MaxJsonDepth) is { } unparsable)
        {
            return unparsable;
        }

        var refusal = shape.Read(body.Root, out var resource);
        request.Body = resource;
        return refusal;
    }

    private async ValueTask OnceAsync(HttpContext http, ApiRequest request, RequestBody body)
    {
        var (scope, refusal) = IdempotencyScope.Of(
            operation.Method, request.Path, request.OrgId, request.IdempotencyKey!, body.Hash);
        if (scope is null)
        {
            await request.RefuseAsync(refusal!);
            return;
        }

        request.Idempotency = scope;
        var claim = await frame.InFlight.ClaimAsync(scope, request.Aborted);
        switch (claim.Kind)
        {
            case ClaimKind.Answered:
                await request.RepeatAsync(claim.Answer!);
                break;
            case ClaimKind.OtherBody:
                await request.RefuseAsync(ApiError.OtherBodyUnderKey);
                break;
            case ClaimKind.StillWorking:
                await request.RefuseAsync(StillWorking);
                break;
            case ClaimKind.Mine:
                await WorkAsync(http, request, claim.Ownership!);
                break;
        }

        if (request.Replayed)
        {
            frame.Instruments.Replayed();
        }
    }

    private async ValueTask WorkAsync(HttpContext http, ApiRequest request, InFlightRequests.Ownership ownership)
    {
        using (ownership)
        {
            request.Capture = true;
            try
            {
                await HandleAsync(request);
            }
            catch (Exception exception)
            {
                await Faults.AnswerAsync(http, request, exception, frame);
            }

            if (request.Captured is { } answer)
            {
                ownership.Answer(answer);
            }
        }
    }

    private bool CarriesIdempotencyKey(ApiRequest request) =>
        operation.TakesIdempotencyKey && !string.IsNullOrEmpty(request.IdempotencyKey);

    private ValueTask RefuseStrangerAsync(ApiRequest request, ApiError refusal)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            request.ResponseHeaders.WWWAuthenticate = Challenge;
            if (!operation.Refusals.Contains(StatusCodes.Status401Unauthorized))
            {
                refusal = new ApiError(StatusCodes.Status403Forbidden, ErrorShape.Status, "Forbidden", refusal.Detail);
            }
        }

        frame.Instruments.Refused(refusal.Status);
        return request.RefuseAsync(refusal);
    }

    private ApiError TooMany(in Limits.LimitVerdict verdict)
    {
        frame.Instruments.Refused(StatusCodes.Status429TooManyRequests);
        return new ApiError(
            StatusCodes.Status429TooManyRequests,
            ErrorShape.Status,
            "Too Many Requests",
            $"the limit \"{verdict.Name}\" of {verdict.Limit} requests a second is used up; try again in {verdict.ResetSeconds} s")
        {
            RetryAfterSeconds = verdict.ResetSeconds,
        };
    }

    private static ApiError StillWorking { get; } = new(
        StatusCodes.Status409Conflict,
        ErrorShape.Status,
        "Conflict",
        "the first request with this Idempotency-Key is still being worked on; send the same request again later")
    {
        RetryAfterSeconds = 1,
    };
}
