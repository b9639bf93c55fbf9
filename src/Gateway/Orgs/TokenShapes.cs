using System.Text.Json;
using Switchboard.Gateway.Bodies;
using Switchboard.Gateway.Http;
using Switchboard.Gateway.OpenApi;
using Switchboard.Grains.Orgs;
using Switchboard.Orgs;
using static Switchboard.Gateway.OpenApi.Property;

namespace Switchboard.Gateway.Orgs;

/// <summary>Personal tokens as documents of the public key management API.</summary>
internal static class TokenShapes
{
    private const string Type = "personal_access_tokens";

    public static TextField NewName { get; } = new("name", Required: true) { NotEmpty = true, Description = "What it is for.", Example = "Nightly report" };

    public static TextListField NewScopes { get; } = new("scopes", Required: true) { Description = "The permissions that it is for, at least one; the creator must have each." };

    public static TimeField ExpiresAt { get; } = new("expires_at") { Required = true, Description = "From 24 hours to a year from now." };

    public static TextField Name { get; } = NewName with { Required = false };

    public static TextListField Scopes { get; } = NewScopes with { Required = false };

    public static ResourceShape Create { get; } = new("PersonalAccessTokenCreateRequest", Type) { Attributes = [ExpiresAt, NewName, NewScopes] };

    public static ResourceShape Update { get; } = new("PersonalAccessTokenUpdateRequest", Type) { NeedsId = true, Attributes = [Name, Scopes] };

    private static readonly Schema Token = Schema.Object(
        Always("id", Schema.Uuid),
        Always("type", Schema.OneOf(Type)),
        Always("attributes", Schema.Object(
            Always("created_at", Schema.Time),
            Always("expires_at", Schema.Time),
            new("key", Schema.Text.Says("The token itself, in the answer to its creation alone.")),
            new("modified_at", Schema.Time),
            Always("name", Schema.Text),
            Always("public_portion", Schema.Text.Says("Its beginning, to recognise it by.")),
            Always("scopes", Schema.ListOf(Schema.Text)))),
        Always("relationships", Schema.Object(
            Always("owned_by", Schema.Object(Always("data", Schema.Object(
                Always("id", Schema.Uuid),
                Always("type", Schema.OneOf("users"))))))))).Named("PersonalAccessToken");

    public static Schema TokenResponse { get; } = Schema.Object(Always("data", Token)).Named("PersonalAccessTokenResponse");

    public static Schema TokensResponse { get; } = Schema.Object(
        Always("data", Schema.ListOf(Token)),
        Always("meta", Schema.Object(Always("page", Schema.Object(Always("total_filtered_count", Schema.Integer)))))).Named("PersonalAccessTokensResponse");

    /// <summary>A token, and its text when it is shown.</summary>
    public static void WriteDocument(Utf8JsonWriter json, (KeySnapshot Token, string? Text) shown)
    {
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        Write(json, shown.Token, shown.Text);
        json.WriteEndObject();
    }

    public static void WritePage(Utf8JsonWriter json, TokenPage page)
    {
        json.WriteStartObject();
        json.WriteStartArray("data"u8);
        foreach (var token in page.Tokens)
        {
            Write(json, token, null);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("page"u8);
        json.WriteNumber("total_filtered_count"u8, page.TotalFiltered);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, KeySnapshot token, string? text)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, token.Id);
        json.WriteString("type"u8, Type);
        json.WriteStartObject("attributes"u8);
        json.WriteTime("created_at"u8, token.CreatedAt);
        json.WriteTime("expires_at"u8, token.ExpiresAt!.Value);
        if (text is not null)
        {
            json.WriteString("key"u8, text);
        }

        if (token.ModifiedAt is { } modifiedAt)
        {
            json.WriteTime("modified_at"u8, modifiedAt);
        }

        json.WriteString("name"u8, token.Name);
        json.WriteString("public_portion"u8, token.Prefix);
        json.WriteStartArray("scopes"u8);
        foreach (var scope in token.Scopes)
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("relationships"u8);
        json.WriteStartObject("owned_by"u8);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, token.UserId!.Value);
        json.WriteString("type"u8, "users"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
