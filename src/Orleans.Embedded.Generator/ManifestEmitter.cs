using System.Collections.Immutable;
using System.Linq;

namespace Orleans.Embedded.Generator;

/// <summary>Writes the class that tells the engine what the assembly holds.</summary>
internal static class ManifestEmitter
{
    internal static string Emit(string assemblyName, ImmutableArray<(Part Part, string TypeOf)> parts)
    {
        var identifier = new string(assemblyName.Select(c => char.IsLetterOrDigit(c) ? c : '_').ToArray());
        var writer = new SourceWriter();
        writer.Line($"[assembly: global::Orleans.ApplicationPart(\"{assemblyName}\")]");
        if (parts.Length != 0)
        {
            writer.Line(
                "[assembly: global::Orleans.Serialization.Configuration.TypeManifestProvider("
                + $"typeof(global::{Names.Root}.{identifier}.Metadata_{identifier}))]");
            writer.Open($"namespace {Names.Root}.{identifier}");
            writer.Open(
                $"internal sealed class Metadata_{identifier} : global::Orleans.Serialization.Configuration.TypeManifestProviderBase");
            writer.Open(
                "protected override void ConfigureInner(global::Orleans.Serialization.Configuration.TypeManifestOptions options)");
            foreach (var (part, typeOf) in parts.Distinct().OrderBy(p => p.TypeOf, System.StringComparer.Ordinal))
            {
                writer.Line($"options.{Property(part)}.Add(typeof({(typeOf.StartsWith("global::", System.StringComparison.Ordinal) ? "" : "global::")}{typeOf}));");
            }

            writer.Close();
            writer.Close();
            writer.Close();
        }

        return writer.ToString();
    }

    private static string Property(Part part) => part switch
    {
        Part.Interface => "Interfaces",
        Part.Proxy => "InterfaceProxies",
        Part.Copier => "Copiers",
        Part.Converter => "Converters",
        _ => "InterfaceImplementations",
    };
}
