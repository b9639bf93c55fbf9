using System.Collections.Immutable;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Speech.Contract;

/// <summary>What the OpenAPI document says of one operation of the speech API.</summary>
/// <param name="Id">The operation's id.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Path">The path with <c>{parameters}</c>.</param>
/// <param name="Scope">What the key needs, or null for any key.</param>
/// <param name="Summary">One line for people.</param>
internal sealed record SpeechOperation(string Id, string Method, string Path, string? Scope, string Summary)
{
    /// <summary>The group in the document.</summary>
    public string Tag { get; init; } = "Speech management";

    /// <summary>More for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The parameters of the query; those of the path follow from it.</summary>
    public ImmutableArray<SpeechParameter> Query { get; init; } = [];

    /// <summary>What may be sent, by media type; nothing for an operation without a body.</summary>
    public ImmutableArray<(string MediaType, Schema Schema)> Body { get; init; } = [];

    /// <summary>The status of success.</summary>
    public int Success { get; init; } = 200;

    /// <summary>What is answered, by media type; nothing where no body is.</summary>
    public ImmutableArray<(string MediaType, Schema Schema)> Answers { get; init; } = [];

    /// <summary>The refusals beside those that every operation knows.</summary>
    public ImmutableArray<int> Refusals { get; init; } = [];

    /// <summary>All refusals.</summary>
    public IEnumerable<int> AllRefusals => Refusals.Union([400, 401, 429, 500, 503]).Order();

    /// <summary>An operation that answers with JSON.</summary>
    public SpeechOperation Gives(Schema schema) => this with { Answers = [(MediaTypes.Json, schema)] };

    /// <summary>An operation that takes JSON.</summary>
    public SpeechOperation Takes(Schema schema) => this with { Body = [(MediaTypes.Json, schema)] };
}

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it may be; a list may be repeated.</param>
/// <param name="Description">For people, or null.</param>
internal sealed record SpeechParameter(string Name, Schema Schema, string? Description = null);
