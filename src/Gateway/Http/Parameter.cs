using System.Collections.Immutable;
using System.Globalization;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Http;

/// <summary>A path or query parameter: how it is called, what it may be, and the refusal of anything else.</summary>
/// <param name="Name">The name in the path template or the query string.</param>
/// <param name="Place"><c>path</c> or <c>query</c>.</param>
internal abstract record Parameter(string Name, string Place)
{
    public const string InPath = "path";
    public const string InQuery = "query";

    /// <summary>The name in error texts, where it is another than <see cref="Name"/>.</summary>
    public string? ErrorName { get; init; }

    public string? Description { get; init; }

    public bool Required { get; init; }

    public abstract Schema Schema { get; }

    /// <summary>Why the value cannot be taken, or null. Null stands for an absent parameter.</summary>
    public ApiError? Check(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return Required ? Refuse("it is required") : null;
        }

        return Accepts(value) ? null : Refuse(Expectation);
    }

    protected abstract string Expectation { get; }

    protected abstract bool Accepts(string value);

    private ApiError Refuse(string expectation) => ApiError.InvalidParameter(ErrorName ?? Name, Place, expectation);
}

/// <summary>A UUID.</summary>
internal sealed record UuidParameter(string Name, string Place) : Parameter(Name, Place)
{
    public override Schema Schema => Schema.Uuid;

    protected override string Expectation => "expected type \"uuid\"";

    public static bool TryRead(string? value, out Guid id) =>
        Guid.TryParseExact(value, "D", out id) || Guid.TryParseExact(value, "N", out id);

    protected override bool Accepts(string value) => TryRead(value, out _);
}

/// <summary>A whole number within bounds.</summary>
internal sealed record IntegerParameter(string Name, int Minimum, int Maximum, int Default) : Parameter(Name, InQuery)
{
    public override Schema Schema => Schema.Integer with { Minimum = Minimum, Maximum = Maximum, Default = Default };

    protected override string Expectation => $"expected type \"integer\" from {Minimum} to {Maximum}";

    public int Read(string? value) =>
        string.IsNullOrEmpty(value) ? Default : int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    protected override bool Accepts(string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= Minimum && number <= Maximum;
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed record BooleanParameter(string Name, bool Default) : Parameter(Name, InQuery)
{
    public override Schema Schema => Schema.Boolean with { Default = Default };

    protected override string Expectation => "expected type \"boolean\"";

    public bool Read(string? value) => string.IsNullOrEmpty(value) ? Default : bool.Parse(value);

    protected override bool Accepts(string value) => bool.TryParse(value, out _);
}

/// <summary>One of a few words.</summary>
internal sealed record ChoiceParameter(string Name, ImmutableArray<string> Choices, string? Default = null) : Parameter(Name, InQuery)
{
    public override Schema Schema => Schema.OneOf([.. Choices]) with { Default = Default };

    protected override string Expectation => $"expected one of {string.Join(", ", Choices)}";

    public string? Read(string? value) => string.IsNullOrEmpty(value) ? Default : value;

    protected override bool Accepts(string value) => Choices.Contains(value, StringComparer.Ordinal);
}

/// <summary>A text of bounded length without control characters.</summary>
internal sealed record TextParameter(string Name, string Place, int MaximumLength) : Parameter(Name, Place)
{
    public override Schema Schema => Schema.Text;

    protected override string Expectation => $"expected at most {MaximumLength} characters, none of them U+0000";

    protected override bool Accepts(string value) => value.Length <= MaximumLength && !value.Contains('\0', StringComparison.Ordinal);
}
