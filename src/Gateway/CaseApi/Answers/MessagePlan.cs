using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Switchboard.Gateway.CaseApi.Answers;

/// <summary>How the fields of a message are found in the JSON of an answer, worked out once for each type of message.</summary>
internal sealed class MessagePlan
{
    private const string ListField = "values";
    private const string PagePrefix = "page_";
    private const int MostFields = 64;

    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Known = new();

    private MessagePlan(MessageDescriptor type)
    {
        Form = type.File.Package == Timestamp.Descriptor.File.Package && System.Enum.TryParse<MessageForm>(type.Name, out var known) ? known : MessageForm.Fields;
        ImmutableArray<FieldPlan> fields =
            Form == MessageForm.Fields ? [.. type.Fields.InFieldNumberOrder().Select(static (field, index) => new FieldPlan(field, index))] : [];
        if (fields.Length > MostFields)
        {
            throw new NotSupportedException($"{type.FullName} has {fields.Length} fields; {MostFields} is the most that answers are written for.");
        }

        ByName = new(fields.Select(static field => (field.Name, field)));
        Related = new(fields
            .Select(static field => (field.Name, Suffix: field.IsRepeated ? "_ids" : "_id", Field: field))
            .Where(static one => one.Name.EndsWith(one.Suffix, StringComparison.Ordinal))
            .Select(static one => (one.Name[..^one.Suffix.Length], one.Field)));
        OfPage = new(fields.Where(static field => field.Name.StartsWith(PagePrefix, StringComparison.Ordinal)).Select(static field => (field.Name[PagePrefix.Length..], field)));
        Items = fields.FirstOrDefault(static field => field is { IsRepeated: true, IsMap: false, Kind: FieldType.Message });
        Values = fields is [{ Name: ListField, IsRepeated: true } only] ? only : null;
    }

    /// <summary>What the message is in JSON.</summary>
    public MessageForm Form { get; }

    /// <summary>All fields.</summary>
    public NameTable<FieldPlan> ByName { get; }

    /// <summary>Fields that hold a relationship's id, by the relationship's name.</summary>
    public NameTable<FieldPlan> Related { get; }

    /// <summary>Fields that tell about the page, by their names under <c>meta.page</c>.</summary>
    public NameTable<FieldPlan> OfPage { get; }

    /// <summary>The field of a list's resources, or null.</summary>
    public FieldPlan? Items { get; }

    /// <summary>The one field of a message that is nothing but a list, or null.</summary>
    public FieldPlan? Values { get; }

    public static MessagePlan Of(MessageDescriptor type) => Known.GetOrAdd(type, static one => new MessagePlan(one));
}

/// <summary>What a message is in JSON. The names of those that have a form of their own are the names of their types.</summary>
internal enum MessageForm
{
    /// <summary>An object with its fields.</summary>
    Fields,

    /// <summary>RFC 3339.</summary>
    Timestamp,

    /// <summary>Any value.</summary>
    Value,

    /// <summary>Any object.</summary>
    Struct,

    /// <summary>Any list.</summary>
    ListValue,
}

/// <summary>One field.</summary>
internal sealed class FieldPlan(FieldDescriptor declaration, int index)
{
    private readonly Lazy<MessagePlan> _message = new(() => MessagePlan.Of(declaration.MessageType));
    private readonly Lazy<FieldPlan> _mapped = new(() => new FieldPlan(declaration.MessageType.FindFieldByNumber(2), 0));

    public string Name { get; } = declaration.Name;

    public string FullName { get; } = declaration.FullName;

    public int Number { get; } = declaration.FieldNumber;

    public FieldType Kind { get; } = declaration.FieldType;

    public bool IsMap { get; } = declaration.IsMap;

    public bool IsRepeated { get; } = declaration.IsRepeated;

    /// <summary>Whether its default is written too.</summary>
    public bool HasPresence { get; } = declaration.HasPresence;

    /// <summary>A bit of its own within its message.</summary>
    public ulong Bit { get; } = 1UL << index;

    /// <summary>Its message.</summary>
    public MessagePlan Message => _message.Value;

    /// <summary>A map's values.</summary>
    public FieldPlan Mapped => _mapped.Value;

    /// <summary>An enum's numbers by the words that the API uses.</summary>
    public NameTable<int>? Numbers { get; } = declaration.FieldType == FieldType.Enum ? EnumNames.Of(declaration.EnumType).Numbers : null;

    /// <summary>Whether null is a value.</summary>
    public bool TakesNull { get; } = declaration.FieldType == FieldType.Message && declaration.MessageType.FullName == Value.Descriptor.FullName;
}
