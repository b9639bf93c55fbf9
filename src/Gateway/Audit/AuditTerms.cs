using System.Globalization;
using Switchboard.Gateway.Http;
using Switchboard.Grains.Audit;

namespace Switchboard.Gateway.Audit;

/// <summary>Reads <c>filter[query]</c>: conditions that all hold, <c>@evt.name:case.*</c> and so on.</summary>
internal static class AuditTerms
{
    public const string Keys = "@evt.name, @usr.id, @asset.type, @asset.id, @request_id and service";

    /// <summary>The query narrowed by the text's conditions, or why the text cannot be taken.</summary>
    public static Either<AuditQuery> Narrow(AuditQuery query, string text)
    {
        foreach (var term in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (term is "*" or "AND")
            {
                continue;
            }

            var colon = term.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : term[(colon + 1)..].Trim('"');
            var narrowed = value.Length == 0 ? null : Narrow(query, term[..colon], value);
            if (narrowed is null)
            {
                return ApiError.InvalidParameter(
                    "filter[query]",
                    Parameter.InQuery,
                    string.Create(CultureInfo.InvariantCulture, $"\"{Shown(term)}\" is not understood; conditions are key:value with the keys {Keys}, ids are UUIDs, all of them must hold"));
            }

            query = narrowed;
        }

        return query;
    }

    private static AuditQuery? Narrow(AuditQuery query, string key, string value) => key switch
    {
        "@evt.name" => query with { Type = value },
        "@usr.id" => UuidParameter.TryRead(value, out var actor) ? query with { ActorId = actor } : null,
        "@asset.type" => query with { TargetType = value },
        "@asset.id" => UuidParameter.TryRead(value, out var target) ? query with { TargetId = target } : null,
        "@request_id" => query with { RequestId = value },
        "service" => query with { Tenant = value },
        _ => null,
    };

    private static string Shown(string term) => term.Length <= 60 ? term : string.Concat(term.AsSpan(0, 59), "\u2026");
}
