using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Bodies;

/// <summary>
/// A member of a request's <c>attributes</c>: its name, what it may hold, and the refusal of anything else. The same declaration
/// validates the body and describes it in the OpenAPI document. An optional member may be absent or null.
/// </summary>
/// <param name="Name">The member's name.</param>
/// <param name="Required">Whether it must be there.</param>
internal abstract record Field(string Name, bool Required)
{
    public string? Description { get; init; }

    public object? Example { get; init; }

    public Schema Schema => Kind with { Description = Description, Example = Example };

    protected abstract Schema Kind { get; }

    /// <summary>Why the member cannot be taken, or null.</summary>
    public virtual ApiError? Check(JsonElement attributes)
    {
        if (!ResourceBody.TryGetMember(attributes, Name, out var value))
        {
            return Required ? ApiError.BadRequest($"attribute \"{Name}\" is required") : null;
        }

        return CheckValue(value);
    }

    protected abstract ApiError? CheckValue(JsonElement value);

    protected ApiError WrongType(JsonElement value) =>
        ApiError.BadRequest($"error decoding attribute \"{Name}\": invalid type {JsonTypes.NameOf(value)}");
}

/// <summary>A text.</summary>
internal sealed record TextField(string Name, bool Required = false) : Field(Name, Required)
{
    /// <summary>Whether the empty text is refused.</summary>
    public bool NotEmpty { get; init; }

    protected override Schema Kind => NotEmpty ? Schema.Text with { MinLength = 1 } : Schema.Text;

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return WrongType(value);
        }

        return NotEmpty && value.ValueEquals(""u8) ? ApiError.BadRequest($"attribute \"{Name}\" must not be empty") : null;
    }
}

/// <summary>A UUID.</summary>
internal sealed record UuidField(string Name, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.Uuid;

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return WrongType(value);
        }

        return UuidParameter.TryRead(value.GetString(), out _)
            ? null
            : ApiError.BadRequest($"attribute \"{Name}\" is not a valid UUID");
    }
}

/// <summary>A UUID that may be taken away: absent leaves what there is, null clears it.</summary>
internal sealed record ClearableUuidField(string Name) : Field(Name, Required: false)
{
    protected override Schema Kind => Schema.Uuid with { Nullable = true };

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? WrongType(value)
        : UuidParameter.TryRead(value.GetString(), out _) ? null
        : ApiError.BadRequest($"attribute \"{Name}\" is not a valid UUID");
}

/// <summary>A whole number within bounds.</summary>
internal sealed record IntegerField(string Name, int Minimum, int Maximum, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.Integer with { Minimum = Minimum, Maximum = Maximum };

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? WrongType(value)
        : value.TryGetInt32(out var number) && number >= Minimum && number <= Maximum ? null
        : ApiError.BadRequest($"attribute \"{Name}\" is not a whole number from {Minimum} to {Maximum}");
}

/// <summary>True or false.</summary>
internal sealed record BooleanField(string Name, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.Boolean;

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : WrongType(value);
}

/// <summary>One of a few words; anything else is refused with <c>invalid {name} X. Must be one of ...</c>.</summary>
/// <typeparam name="T">What a word stands for.</typeparam>
internal sealed record ChoiceField<T>(string Name, ImmutableArray<(string Word, T Value)> Choices, bool Required = false)
    : Field(Name, Required)
{
    protected override Schema Kind => Schema.OneOf([.. Choices.Select(choice => choice.Word)]);

    public T Find(string word) => Choices.First(choice => choice.Word == word).Value;

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return WrongType(value);
        }

        foreach (var (word, _) in Choices)
        {
            if (value.ValueEquals(word))
            {
                return null;
            }
        }

        var given = value.GetString()!;
        return ApiError.Invalid(
            $"invalid {Name} {Quoted.Cut(given)}. Must be one of {string.Join(", ", Choices.Select(choice => choice.Word))}");
    }
}

/// <summary>A list of texts.</summary>
internal sealed record TextListField(string Name, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.ListOf(Schema.Text);

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return WrongType(value);
        }

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return WrongType(item);
            }
        }

        return null;
    }
}

/// <summary>A map from keys to lists of texts.</summary>
internal sealed record TextListMapField(string Name, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.MapOf(Schema.ListOf(Schema.Text));

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return WrongType(value);
        }

        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Array)
            {
                return WrongType(member.Value);
            }

            foreach (var item in member.Value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.String)
                {
                    return WrongType(item);
                }
            }
        }

        return null;
    }
}

/// <summary>An object whose known members are checked and whose unknown members are kept.</summary>
internal sealed record ObjectField(string Name, Schema Shape, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Shape;

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind != JsonValueKind.Object
            ? WrongType(value)
            : SchemaCheck.Find(Shape, value, Name) is { } problem ? ApiError.BadRequest(problem) : null;
}

/// <summary>A moment in RFC 3339.</summary>
internal sealed record TimeField(string Name) : Field(Name, Required: false)
{
    protected override Schema Kind => Schema.Time;

    /// <summary>The moment, or null when it is something else.</summary>
    public static DateTimeOffset? Read(JsonElement value)
    {
        // Without an offset it would be taken for the time of this machine's place.
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: >= 20 and <= 40 } text)
        {
            return null;
        }

        return (text[^1] == 'Z' || text[^6] is '+' or '-') && value.TryGetDateTimeOffset(out var at) ? at : null;
    }

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? WrongType(value)
        : Read(value) is null ? ApiError.BadRequest($"attribute \"{Name}\" is not a time in RFC 3339, such as 2026-01-02T10:00:00Z")
        : null;
}

/// <summary>A day of the calendar, <c>YYYY-MM-DD</c>, or null, which clears; where it is required, the member itself must be there.</summary>
internal sealed record DayField(string Name, bool Required = true) : Field(Name, Required)
{
    private const string Form = "yyyy-MM-dd";

    protected override Schema Kind => Schema.Text with { Format = "date", Nullable = true };

    public static DateOnly? Read(string? text) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public override ApiError? Check(JsonElement attributes) =>
        attributes.ValueKind == JsonValueKind.Object && attributes.TryGetProperty(Name, out var value) && value.ValueKind == JsonValueKind.Null
            ? null
            : base.Check(attributes);

    protected override ApiError? CheckValue(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? WrongType(value)
        : Read(value.GetString()) is null ? ApiError.BadRequest($"attribute \"{Name}\" is not a date of the form YYYY-MM-DD")
        : null;
}

/// <summary>A list of objects; what <paramref name="Item"/> requires must be there.</summary>
internal sealed record ObjectListField(string Name, Schema Item, int Minimum, int Maximum, bool Required = false) : Field(Name, Required)
{
    protected override Schema Kind => Schema.ListOf(Item);

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return WrongType(value);
        }

        var count = value.GetArrayLength();
        if (count < Minimum || count > Maximum)
        {
            return ApiError.BadRequest($"attribute \"{Name}\" has {count} items; {Minimum} to {Maximum} are allowed");
        }

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                return WrongType(item);
            }

            if (SchemaCheck.Find(Item, item, Name) is { } problem)
            {
                return ApiError.BadRequest(problem);
            }

            foreach (var member in Item.Properties)
            {
                if (member.Required && !ResourceBody.TryGetMember(item, member.Name, out _))
                {
                    return ApiError.BadRequest($"attribute \"{Name}.{member.Name}\" is required");
                }
            }
        }

        return null;
    }
}

/// <summary>A text or a number, or a list of texts or of numbers.</summary>
internal sealed record ValueField(string Name) : Field(Name, Required: true)
{
    protected override Schema Kind => new((string?)null);

    /// <summary>The values, numbers as they were written; null when it is something else.</summary>
    public static ImmutableArray<string>? Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return ReadOne(value) is { } one ? [one] : null;
        }

        var texts = ImmutableArray.CreateBuilder<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (ReadOne(item) is not { } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return texts.MoveToImmutable();
    }

    protected override ApiError? CheckValue(JsonElement value) => Read(value) is null ? WrongType(value) : null;

    private static string? ReadOne(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}

/// <summary>A whole number within bounds.</summary>
internal sealed record WholeNumberField(string Name, int Minimum, int Maximum) : Field(Name, Required: false)
{
    protected override Schema Kind => Schema.Integer with { Minimum = Minimum, Maximum = Maximum };

    protected override ApiError? CheckValue(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return WrongType(value);
        }

        return value.TryGetInt32(out var number) && number >= Minimum && number <= Maximum
            ? null
            : ApiError.BadRequest($"attribute \"{Name}\" must be a whole number from {Minimum} to {Maximum}");
    }
}
