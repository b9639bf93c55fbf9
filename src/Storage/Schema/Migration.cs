using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchboard.Storage.Schema;

/// <summary>One numbered script of the schema's history.</summary>
/// <param name="Number">From 1; unique. Applied in this order, and one that a database lacks is applied whatever came after it.</param>
/// <param name="Name">What it is about, from the file's name.</param>
/// <param name="Sql">The script; runs in one transaction.</param>
/// <param name="Compatible">
/// Whether a binary that does not know this migration may run on a database that has it: true for what only adds or relaxes.
/// </param>
public sealed partial record Migration(int Number, string Name, string Sql, bool Compatible)
{
    /// <summary>SHA-256 of the script with LF line ends, lower-case hex.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The migrations that are built into this binary, in order.</summary>
    public static IReadOnlyList<Migration> BuiltIn { get; } = ReadAll(typeof(Migration).Assembly);

    /// <summary>Reads a script named <c>0001_what_it_does.sql</c> with a line <c>-- compatible: yes</c> or <c>no</c>.</summary>
    /// <exception cref="FormatException">The name or that line is wrong.</exception>
    public static Migration Parse(string fileName, string sql)
    {
        var name = FileName().Match(fileName);
        var header = CompatibleLine().Match(sql);
        return !name.Success
            ? throw new FormatException($"Migration file '{fileName}' must be named like 0001_what_it_does.sql.")
            : !header.Success
            ? throw new FormatException(
                $"Migration '{fileName}' needs a line '-- compatible: yes' (a binary of the previous release may run on a database that has it) or '-- compatible: no'.")
            : new Migration(
                int.Parse(name.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture),
                name.Groups["name"].Value,
                sql,
                header.Groups["answer"].Value == "yes");
    }

    private static Migration[] ReadAll(Assembly assembly)
    {
        var prefix = assembly.GetName().Name + ".Migrations.";
        var migrations = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Select(resource => Parse(resource[prefix.Length..], Read(assembly, resource)))
            .OrderBy(migration => migration.Number)
            .ToArray();
        var twice = migrations.GroupBy(migration => migration.Number).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException(
                $"The built-in migrations {string.Join(" and ", twice.Select(migration => $"'{migration.Name}'"))} have the same number {twice.Key}; give one of them the next free one.");
        }

        return migrations;
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^(?<number>[0-9]{4})_(?<name>[a-z0-9_]+)\\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex("^-- compatible: (?<answer>yes|no)\\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CompatibleLine();
}
