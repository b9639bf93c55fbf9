using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.OpenApi;

/// <summary>Serves the OpenAPI document and a page to browse it; the page's parts come from this assembly, nothing from outside.</summary>
internal static class DocumentationPage
{
    public const string DocumentPath = "/openapi/v1.json";

    public const string PagePath = "/docs";

    private static readonly (string Path, string Resource, string MediaType)[] Parts =
    [
        (PagePath, "index.html", "text/html; charset=utf-8"),
        ($"{PagePath}/docs.js", "docs.js", "text/javascript; charset=utf-8"),
        ($"{PagePath}/docs.css", "docs.css", "text/css; charset=utf-8"),
    ];

    public static void Map(IEndpointRouteBuilder routes, byte[] document)
    {
        routes.MapMethods(DocumentPath, ["GET"], Serve(document, "application/json"));
        foreach (var (path, resource, mediaType) in Parts)
        {
            routes.MapMethods(path, ["GET"], Serve(Load(resource), mediaType));
        }
    }

    private static RequestDelegate Serve(byte[] content, string mediaType) => http =>
    {
        SecurityHeaders.SetForPage(http.Response.Headers);
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = content.Length;
        return http.Response.Body.WriteAsync(content).AsTask();
    };

    private static byte[] Load(string name)
    {
        using var stream = typeof(DocumentationPage).Assembly.GetManifestResourceStream($"Switchboard.Gateway.Docs.{name}")
            ?? throw new InvalidOperationException($"The assembly was built without the page's part '{name}'.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
