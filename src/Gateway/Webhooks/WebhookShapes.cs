using System.Collections.Immutable;
using Switchboard.Gateway.Bodies;
using Switchboard.Grains.Webhooks;

namespace Switchboard.Gateway.Webhooks;

/// <summary>The request bodies of operations on webhooks.</summary>
internal static class WebhookShapes
{
    public const string Type = "webhook";
    public const string ReplayType = "webhook_replay";

    public static TextField NewName { get; } = new("name", Required: true) { NotEmpty = true };

    public static TextField Name { get; } = new("name") { NotEmpty = true };

    public static TextField NewUrl { get; } = new("url", Required: true) { NotEmpty = true, Example = "https://example.com/hooks/switchboard" };

    public static TextField Url { get; } = new("url") { NotEmpty = true };

    public static TextListField EventTypes { get; } = new("event_types")
    {
        Description = "Types of events to send, such as case.status_changed; empty for all.",
    };

    public static TextListField ProjectIds { get; } = new("project_ids")
    {
        Description = "Projects whose cases' events are sent; empty for all.",
    };

    public static BooleanField Enabled { get; } = new("enabled");

    public static TextField From { get; } = new("from", Required: true) { Description = "Deliveries made at or after this time (RFC 3339)." };

    public static TextField To { get; } = new("to", Required: true) { Description = "And before this time." };

    public static ChoiceField<DeliveryState> State { get; } = new("state", [("delivered", DeliveryState.Delivered), ("given_up", DeliveryState.GivenUp)])
    {
        Description = "Only those; both when it is left out.",
    };

    public static ResourceShape Create { get; } = new("WebhookCreateRequest", Type)
    {
        Attributes = [NewName, NewUrl, EventTypes, ProjectIds, Enabled],
    };

    public static ResourceShape Update { get; } = new("WebhookUpdateRequest", Type)
    {
        Attributes = [Name, Url, EventTypes, ProjectIds, Enabled],
    };

    public static ResourceShape Replay { get; } = new("WebhookReplayRequest", ReplayType)
    {
        Attributes = [From, To, State],
    };

    /// <summary>The projects of a body; <paramref name="malformed"/> is the first text that is no id.</summary>
    public static ImmutableArray<Guid>? ProjectsOf(ResourceBody body, out string? malformed)
    {
        malformed = null;
        if (body.Get(ProjectIds) is not { } texts)
        {
            return null;
        }

        var ids = ImmutableArray.CreateBuilder<Guid>(texts.Length);
        foreach (var text in texts)
        {
            if (!Http.UuidParameter.TryRead(text, out var id))
            {
                malformed = text;
                return null;
            }

            ids.Add(id);
        }

        return ids.MoveToImmutable();
    }
}
