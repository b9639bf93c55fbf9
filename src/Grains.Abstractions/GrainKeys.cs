namespace Switchboard;

/// <summary>
/// The string keys of grains. An organisation's things carry its id in their grain's key, so that an id of another
/// organisation leads to a grain that finds no row: it answers "not found" like any unknown id.
/// </summary>
public static class GrainKeys
{
    /// <summary>Key of an organisation's thing: <c>{org:N}/{id:N}</c>.</summary>
    public static string Of(Guid orgId, Guid id) => string.Create(65, (orgId, id), static (span, pair) =>
    {
        pair.orgId.TryFormat(span, out _, "N");
        span[32] = '/';
        pair.id.TryFormat(span[33..], out _, "N");
    });

    /// <summary>Reads a key made by <see cref="Of"/>.</summary>
    /// <exception cref="FormatException">The key has another form.</exception>
    public static (Guid OrgId, Guid Id) Parse(string key)
    {
        if (key.Length == 65 && key[32] == '/'
            && Guid.TryParseExact(key.AsSpan(0, 32), "N", out var orgId)
            && Guid.TryParseExact(key.AsSpan(33), "N", out var id))
        {
            return (orgId, id);
        }

        throw new FormatException($"Grain key '{key}' is not of the form {{organisation:N}}/{{id:N}}; make it with GrainKeys.Of.");
    }
}
