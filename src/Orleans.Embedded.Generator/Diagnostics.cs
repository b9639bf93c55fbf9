using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>What the generator refuses. Microsoft Orleans refuses the same, in part only when the program runs.</summary>
internal static class Diagnostics
{
    internal static readonly DiagnosticDescriptor NoCopier = Error(
        "OEG001",
        "Type cannot cross a grain call",
        "{0} crosses a grain call at {1} but can be neither copied nor serialized: annotate it with [GenerateSerializer] and its members "
        + "with [Id(n)], or register a converter for it");

    internal static readonly DiagnosticDescriptor BadReturnType = Error(
        "OEG002",
        "Grain method is not asynchronous",
        "{0} returns {1}: grain methods return Task, Task<T>, ValueTask, ValueTask<T>, IAsyncEnumerable<T> or void (one-way)");

    internal static readonly DiagnosticDescriptor ByReference = Error(
        "OEG003", "Grain method takes a parameter by reference", "{0} takes {1} by reference, which a call to a grain cannot do");

    internal static readonly DiagnosticDescriptor NotAMethod = Error(
        "OEG004", "Grain interface declares something else than methods", "{0} is a member of a grain interface, which can only have methods");

    internal static readonly DiagnosticDescriptor NoId = Error(
        "OEG005",
        "Serializable member has no id",
        "{0} would be lost on a grain call: annotate it with [Id(n)], or with [NonSerialized] (on a property [field: NonSerialized])");

    internal static readonly DiagnosticDescriptor DuplicateId = Error(
        "OEG006", "Two members have the same id", "{0} has the id {1}, which another member of the type has already");

    internal static readonly DiagnosticDescriptor TwoTokens = Error(
        "OEG007", "Grain method takes more than one cancellation token", "{0} takes more than one CancellationToken");

    internal static readonly DiagnosticDescriptor Unreachable = Error(
        "OEG008", "Generated code cannot reach a type", "{0} is private or file-local: generated code needs it to be at least internal");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Orleans", DiagnosticSeverity.Error, isEnabledByDefault: true);
}

/// <summary>A diagnostic in a form that does not keep the compilation alive.</summary>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, LocationInfo? Location, string First, string Second)
{
    internal static DiagnosticInfo Create(DiagnosticDescriptor descriptor, ISymbol at, string first, string second = "") =>
        new(descriptor, LocationInfo.Of(at), first, second);

    internal Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Location?.ToLocation(), First, Second);
}

/// <summary>A place in the source in a form that does not keep the compilation alive.</summary>
internal sealed record LocationInfo(
    string Path, Microsoft.CodeAnalysis.Text.TextSpan Span, Microsoft.CodeAnalysis.Text.LinePositionSpan Lines)
{
    internal static LocationInfo? Of(ISymbol symbol)
    {
        foreach (var location in symbol.Locations)
        {
            if (location.SourceTree is { } tree)
            {
                return new LocationInfo(tree.FilePath, location.SourceSpan, location.GetLineSpan().Span);
            }
        }

        return null;
    }

    internal Location ToLocation() => Location.Create(Path, Span, Lines);
}
