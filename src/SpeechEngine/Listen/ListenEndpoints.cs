using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Speech.Wire;
using Switchboard.SpeechEngine.Hosting;

namespace Switchboard.SpeechEngine.Listen;

/// <summary>The node's addresses.</summary>
internal static class ListenEndpoints
{
    public const string KeyHeader = "x-switchboard-engine-key";

    /// <summary>The caller's id of the request, so that one id follows it through all processes.</summary>
    public const string RequestIdHeader = "x-switchboard-request-id";

    private static readonly string[] _paths = ["/v1/listen", "/listen"];

    public static void MapListen(this WebApplication app)
    {
        app.MapGet("/health", (Admission admission) => Health(admission));
        foreach (var path in _paths)
        {
            app.MapGet(path, (HttpContext context, ListenService service) => service.LiveAsync(context));
            app.MapPost(path, (HttpContext context, ListenService service) => service.FileAsync(context));
        }
    }

    /// <summary>The request's id, which every answer carries.</summary>
    public static Guid Identify(HttpContext context)
    {
        var id = Guid.TryParse(context.Request.Headers[RequestIdHeader], out var given) ? given : Guid.CreateVersion7();
        context.Response.Headers["dg-request-id"] = id.ToString();
        return id;
    }

    public static bool MayEnter(HttpContext context, IOptions<SpeechEngineOptions> options)
    {
        var secret = options.Value.Secret;
        return secret.Length == 0
            || CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(secret)), SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers[KeyHeader].ToString())));
    }

    public static async Task RefuseAsync(HttpContext context, Guid id, SpeechError error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["dg-error"] = new string([.. error.Message.Select(c => c is >= ' ' and < '\x7f' ? c : '?')]);
        if (error.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("err_code"u8, error.Code);
        json.WriteString("err_msg"u8, error.Message);
        json.WriteString("error"u8, error.Message);
        json.WriteString("request_id"u8, id);
        json.WriteEndObject();
    }

    private static IResult Health(Admission admission)
    {
        var status = admission.IsDraining ? "draining" : "ok";
        var text = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $$"""{"status":"{{status}}","model":"{{EngineModel.Info.Name}}","sessions":{{admission.Sessions}},"max_sessions":{{admission.MaximumSessions}},"files":{{admission.Files}},"max_files":{{admission.MaximumFiles}}}""");
        return Results.Text(text, "application/json", statusCode: admission.IsDraining ? 503 : 200);
    }
}
