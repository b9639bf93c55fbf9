using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Orleans.Streams;

/// <summary>Chooses the streams of an implicit subscription by their namespace.</summary>
public interface IStreamNamespacePredicate
{
    /// <summary>The predicate as text, from which an <see cref="IStreamNamespacePredicateProvider"/> makes it again.</summary>
    string PredicatePattern { get; }

    /// <summary>Whether streams of the namespace are meant.</summary>
    bool IsMatch(string streamNamespace);
}

/// <summary>Makes predicates from their text.</summary>
public interface IStreamNamespacePredicateProvider
{
    /// <summary>Makes the predicate; false if the text is of another kind.</summary>
    bool TryGetPredicate(string predicatePattern, [MaybeNullWhen(false)] out IStreamNamespacePredicate predicate);
}

/// <summary>Namespaces that match a regular expression.</summary>
public class RegexStreamNamespacePredicate : IStreamNamespacePredicate
{
    internal const string Prefix = "regex:";

    private readonly Regex _regex;

    /// <summary>Namespaces that match.</summary>
    public RegexStreamNamespacePredicate(string regex)
    {
        ArgumentNullException.ThrowIfNull(regex);
        _regex = new Regex(regex, RegexOptions.Compiled);
    }

    /// <inheritdoc/>
    public string PredicatePattern => Prefix + _regex;

    /// <inheritdoc/>
    public bool IsMatch(string streamNameSpace) => _regex.IsMatch(streamNameSpace);
}

/// <summary>All namespaces.</summary>
internal sealed class AllStreamNamespacesPredicate : IStreamNamespacePredicate
{
    internal const string Pattern = "*";

    public string PredicatePattern => Pattern;

    public bool IsMatch(string streamNamespace) => true;
}

/// <summary>One namespace.</summary>
internal sealed class ExactMatchStreamNamespacePredicate(string target) : IStreamNamespacePredicate
{
    internal const string Prefix = "namespace:";

    public string PredicatePattern => Prefix + target;

    public bool IsMatch(string streamNamespace) => target == streamNamespace.Trim();
}

/// <summary>Makes the predicates that the engine has.</summary>
public class DefaultStreamNamespacePredicateProvider : IStreamNamespacePredicateProvider
{
    /// <inheritdoc/>
    public bool TryGetPredicate(string predicatePattern, [MaybeNullWhen(false)] out IStreamNamespacePredicate predicate)
    {
        predicate = predicatePattern switch
        {
            AllStreamNamespacesPredicate.Pattern => new AllStreamNamespacesPredicate(),
            _ when predicatePattern.StartsWith(RegexStreamNamespacePredicate.Prefix, StringComparison.Ordinal) =>
                new RegexStreamNamespacePredicate(predicatePattern[RegexStreamNamespacePredicate.Prefix.Length..]),
            _ when predicatePattern.StartsWith(ExactMatchStreamNamespacePredicate.Prefix, StringComparison.Ordinal) =>
                new ExactMatchStreamNamespacePredicate(predicatePattern[ExactMatchStreamNamespacePredicate.Prefix.Length..]),
            _ => null,
        };
        return predicate is not null;
    }
}

/// <summary>Makes predicates of classes of the application: <c>ctor:Type</c>, or <c>ctor:Type:argument</c>.</summary>
public class ConstructorStreamNamespacePredicateProvider : IStreamNamespacePredicateProvider
{
    /// <summary>What the text begins with.</summary>
    public const string Prefix = "ctor";

    /// <summary>The text of a predicate of a class.</summary>
    public static string FormatPattern(Type predicateType, string? constructorArgument) => constructorArgument is null
        ? $"{Prefix}:{NameOf(predicateType)}"
        : $"{Prefix}:{NameOf(predicateType)}:{constructorArgument}";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The class is no predicate.</exception>
    public bool TryGetPredicate(string predicatePattern, [MaybeNullWhen(false)] out IStreamNamespacePredicate predicate)
    {
        if (predicatePattern.Split(':', 3) is not [Prefix, var name, .. var argument])
        {
            predicate = null;
            return false;
        }

        var type = Type.GetType(name, throwOnError: true)!;
        if (!typeof(IStreamNamespacePredicate).IsAssignableFrom(type))
        {
            throw new InvalidOperationException($"{type} is no stream namespace predicate: it does not implement {nameof(IStreamNamespacePredicate)}.");
        }

        predicate = (IStreamNamespacePredicate)Activator.CreateInstance(type, [.. argument.Where(it => it.Length != 0)])!;
        return true;
    }

    private static string NameOf(Type type) => $"{type.FullName},{type.Assembly.GetName().Name}";
}
