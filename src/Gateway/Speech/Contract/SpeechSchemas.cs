using Switchboard.Gateway.OpenApi;

namespace Switchboard.Gateway.Speech.Contract;

/// <summary>What the speech API takes and answers.</summary>
internal static class SpeechSchemas
{
    public static Schema Error { get; } = Schema.Object(
        Always("err_code", Schema.Text.Says("What clients match on, for instance INVALID_AUTH.")),
        Always("err_msg", Schema.Text),
        Always("error", Schema.Text.Says("The same as err_msg, for Aldea's clients.")),
        Always("request_id", Schema.Uuid)).Named("SpeechError");

    public static Schema Message { get; } = Schema.Object(Always("message", Schema.Text)).Named("SpeechMessage");

    public static Schema Project { get; } = Schema.Object(
        Always("project_id", Schema.Uuid.Says("The organisation.")), Always("name", Schema.Text), new("mip_opt_out", Schema.Boolean)).Named("SpeechProject");

    public static Schema Projects { get; } = Schema.Object(Always("projects", Schema.ListOf(Project))).Named("SpeechProjects");

    public static Schema ProjectChange { get; } = Schema.Object(Always("name", Schema.Text)).Named("SpeechProjectChange");

    public static Schema Limits { get; } = Schema.Object(
        Always("live", Schema.Integer.Says("Live sessions at the same time.")),
        Always("files", Schema.Integer.Says("Files at the same time.")),
        Always("requests_per_second", Schema.Integer),
        Always("seconds_per_month", Schema.Integer with { Nullable = true })).Named("SpeechLimits");

    public static Schema LimitsChange { get; } = Schema.Object(
        new("live", Nullable(Schema.Integer)), new("files", Nullable(Schema.Integer)), new("requests_per_second", Nullable(Schema.Integer)),
        new("seconds_per_month", Nullable(Schema.Integer))).Named("SpeechLimitsChange").Says("What is left out or null stays.");

    public static Schema Member { get; } = Schema.Object(MemberParts).Named("SpeechMember");

    public static Schema Key { get; } = Schema.Object(
        Always("api_key_id", Schema.Uuid), Always("comment", Schema.Text), Always("scopes", Schema.ListOf(Schema.Text)),
        Always("tags", Schema.ListOf(Schema.Text)), Always("created", Schema.Time), new("expiration_date", Schema.Time)).Named("SpeechKey");

    public static Schema KeyOfMember { get; } = Schema.Object(Always("member", Member), Always("api_key", Key)).Named("SpeechKeyOfMember");

    public static Schema Keys { get; } = Schema.Object(Always("api_keys", Schema.ListOf(KeyOfMember))).Named("SpeechKeys");

    public static Schema OneKey { get; } = Schema.Object(
        Always("item", Schema.Object(Always("member", Schema.Object([.. MemberParts, Always("api_key", Key)])))),
        Always("member", Member), Always("api_key", Key)).Named("SpeechOneKey");

    public static Schema NewKey { get; } = Schema.Object(
        Always("comment", Schema.Text),
        Always("scopes", Schema.ListOf(Schema.Text)),
        new("tags", Schema.ListOf(Schema.Text)),
        new("expiration_date", Schema.Time.Says("Or time_to_live_in_seconds.")),
        new("time_to_live_in_seconds", Schema.Number)).Named("SpeechNewKey");

    public static Schema MadeKey { get; } = Schema.Object(
        Always("api_key_id", Schema.Uuid), Always("key", Schema.Text.Says("Shown here only.")), Always("comment", Schema.Text),
        Always("scopes", Schema.ListOf(Schema.Text)), Always("tags", Schema.ListOf(Schema.Text)), Always("created", Schema.Time),
        new("expiration_date", Schema.Time)).Named("SpeechMadeKey");

    public static Schema CallbackSecret { get; } = Schema.Object(
        Always("hint", Schema.Text.Says("Its last characters.")), Always("created", Schema.Time),
        new("previous_valid_until", Schema.Time.Says("Until when callbacks are signed with the one before, too."))).Named("SpeechCallbackSecret");

    public static Schema MadeCallbackSecret { get; } = Schema.Object(
        Always("secret", Schema.Text.Says("Shown here only.")), Always("hint", Schema.Text), Always("created", Schema.Time)).Named("SpeechMadeCallbackSecret");

    public static Schema Members { get; } = Schema.Object(Always("members", Schema.ListOf(
        Schema.Object([.. MemberParts, Always("scopes", Schema.ListOf(Schema.Text))]).Named("SpeechMemberWithScopes")))).Named("SpeechMembers");

    public static Schema Scopes { get; } = Schema.Object(Always("scopes", Schema.ListOf(Schema.Text))).Named("SpeechScopes");

    public static Schema ScopeChange { get; } = Schema.Object(Always("scope", Schema.Text.Says("owner, admin or member."))).Named("SpeechScopeChange");

    public static Schema Invite { get; } = Schema.Object(Always("email", Schema.Text), new("scope", Schema.Text)).Named("SpeechInvite");

    public static Schema Invites { get; } = Schema.Object(Always("invites", Schema.ListOf(Invite))).Named("SpeechInvites");

    public static Schema Usage { get; } = Schema.Object(
        [.. PeriodParts, Always("results", Schema.ListOf(Schema.Object(
            Always("start", Schema.Text), Always("end", Schema.Text), Always("hours", Schema.Number), Always("total_hours", Schema.Number),
            Always("requests", Schema.Integer))))]).Named("SpeechUsage");

    public static Schema UsageBreakdown { get; } = Schema.Object(
        [.. PeriodParts, Always("results", Schema.ListOf(Schema.Object(
            Always("hours", Schema.Number), Always("total_hours", Schema.Number), Always("agent_hours", Schema.Number), Always("tokens_in", Schema.Integer),
            Always("tokens_out", Schema.Integer), Always("tts_characters", Schema.Integer), Always("requests", Schema.Integer),
            Always("grouping", Schema.Object(
                Always("start", Schema.Text), Always("end", Schema.Text), Always("accessor", Nullable(Schema.Text)), Always("endpoint", Nullable(Schema.Text)),
                Always("feature_set", Nullable(Schema.Text)), Always("models", Schema.ListOf(Schema.Text)), Always("method", Nullable(Schema.Text)),
                Always("tags", Nullable(Schema.ListOf(Schema.Text))), Always("deployment", Nullable(Schema.Text)))))))]).Named("SpeechUsageBreakdown");

    public static Schema UsageFields { get; } = Schema.Object(
        Always("tags", Schema.ListOf(Schema.Text)),
        Always("models", Schema.ListOf(Schema.Object(
            Always("name", Schema.Text), Always("language", Schema.Text), Always("version", Schema.Text), Always("model_id", Schema.Uuid)))),
        Always("processing_methods", Schema.ListOf(Schema.Text)), Always("features", Schema.ListOf(Schema.Text))).Named("SpeechUsageFields");

    public static Schema Request { get; } = Schema.Object(
        Always("request_id", Schema.Uuid), Always("project_uuid", Schema.Uuid), Always("created", Schema.Time), Always("path", Schema.Text),
        Always("api_key_id", Schema.Uuid), Always("deployment", Schema.Text), new("callback", Schema.Text.Says("The address, without name and password.")),
        new("code", Schema.Integer.Says("The HTTP status, or the close code; not there while it runs.")),
        Always("response", Schema.Object(
            Always("details", Schema.Object(
                Always("duration", Schema.Number), Always("total_audio", Schema.Number), Always("method", Schema.OneOf("sync", "async", "streaming")),
                Always("models", Schema.ListOf(Schema.Text)), Always("tags", Schema.ListOf(Schema.Text)), Always("features", Schema.ListOf(Schema.Text)))),
            new("code", Schema.Integer), new("completed", Schema.Time),
            new("callback", Schema.Object(
                Always("status", Schema.OneOf("transcribing", "delivering", "delivered", "given_up")), Always("attempts", Schema.Integer),
                new("next_attempt", Schema.Time), new("finished", Schema.Time), new("last_status", Schema.Integer), new("last_error", Schema.Text)))))).Named("SpeechRequest");

    public static Schema Requests { get; } = Schema.Object(
        Always("page", Schema.Integer), Always("limit", Schema.Integer), Always("requests", Schema.ListOf(Request))).Named("SpeechRequests");

    public static Schema OneRequest { get; } = Schema.Object(Always("request", Request)).Named("SpeechOneRequest");

    public static Schema Balance { get; } = Schema.Object(
        Always("balance_id", Schema.Uuid), Always("amount", Schema.Number), Always("units", Schema.Text), Always("purchase_order_id", Schema.Text)).Named("SpeechBalance");

    public static Schema Balances { get; } = Schema.Object(Always("balances", Schema.ListOf(Balance))).Named("SpeechBalances");

    public static Schema Costs { get; } = Schema.Object(
        [.. PeriodParts, Always("results", Schema.ListOf(Schema.Object(
            Always("dollars", Schema.Number), Always("grouping", Schema.AnyObject))))]).Named("SpeechCosts");

    public static Schema CostFields { get; } = Schema.Object(
        Always("accessors", Schema.ListOf(Schema.Uuid)), Always("deployments", Schema.ListOf(Schema.Text)), Always("tags", Schema.ListOf(Schema.Text)),
        Always("line_items", Schema.MapOf(Schema.Text))).Named("SpeechCostFields");

    public static Schema Purchases { get; } = Schema.Object(Always("orders", Schema.ListOf(Schema.AnyObject))).Named("SpeechPurchases");

    public static Schema Invoice { get; } = Schema.Object(
        Always("invoice_number", Schema.Text), Always("month", Schema.Text), Always("status", Schema.OneOf("final", "draft")), Always("plan", Schema.Text),
        Always("currency", Schema.Text),
        Always("lines", Schema.ListOf(Schema.Object(
            Always("line_item", Schema.Text), Always("description", Schema.Text), new("seconds", Schema.Number), Always("unit_price", Schema.Number),
            Always("amount", Schema.Number)))),
        Always("total", Schema.Number)).Named("SpeechInvoice");

    public static Schema Invoices { get; } = Schema.Object(Always("invoices", Schema.ListOf(Invoice))).Named("SpeechInvoices");

    public static Schema Model { get; } = Schema.Object(
        Always("name", Schema.Text), Always("canonical_name", Schema.Text), Always("architecture", Schema.Text), Always("languages", Schema.ListOf(Schema.Text)),
        Always("version", Schema.Text), Always("uuid", Schema.Uuid), Always("batch", Schema.Boolean), Always("streaming", Schema.Boolean),
        Always("formatted_output", Schema.Boolean)).Named("SpeechModel");

    public static Schema Models { get; } = Schema.Object(
        Always("stt", Schema.ListOf(Model)), Always("tts", Schema.ListOf(Schema.AnyObject))).Named("SpeechModels");

    public static Schema Grant { get; } = Schema.Object(
        new Property("ttl_seconds", Schema.Number with { Minimum = 1, Maximum = 3600, Default = 30 })).Named("SpeechGrant");

    public static Schema Token { get; } = Schema.Object(Always("access_token", Schema.Text), Always("expires_in", Schema.Number)).Named("SpeechToken");

    public static Schema KeyDetails { get; } = Schema.Object(
        Always("api_key_id", Schema.Uuid), Always("scopes", Schema.ListOf(Schema.Text)), Always("created", Schema.Time),
        Always("expires", Nullable(Schema.Time))).Named("SpeechKeyDetails");

    public static Schema Media { get; } = Schema.Object(Always("url", Schema.Text.Says("A public http or https address."))).Named("SpeechMedia");

    public static Schema Transcript { get; } = Schema.Object(
        new("request_id", Schema.Uuid.Says("With callback: all there is.")),
        new("metadata", Schema.Object(
            Always("request_id", Schema.Uuid), Always("sha256", Schema.Text), Always("created", Schema.Time), Always("duration", Schema.Number),
            Always("channels", Schema.Integer), Always("models", Schema.ListOf(Schema.Uuid)), Always("model_info", Schema.AnyObject),
            new("tags", Schema.ListOf(Schema.Text)), new("extra", Schema.MapOf(Schema.Text)), new("warnings", Schema.ListOf(Schema.AnyObject)))),
        new("results", Schema.Object(
            Always("channels", Schema.ListOf(Schema.Object(
                new("search", Schema.ListOf(Schema.AnyObject)), new("detected_language", Schema.Text),
                Always("alternatives", Schema.ListOf(Schema.Object(
                    Always("transcript", Schema.Text), Always("confidence", Schema.Number), Always("words", Schema.ListOf(Word)),
                    new("paragraphs", Schema.AnyObject))))))),
            new("utterances", Schema.ListOf(Schema.Object(
                Always("id", Schema.Text), Always("start", Schema.Number), Always("end", Schema.Number), Always("confidence", Schema.Number),
                Always("channel", Schema.Integer), Always("transcript", Schema.Text), new("speaker", Schema.Integer), Always("words", Schema.ListOf(Word)))))))).Named("SpeechTranscript");

    private static Schema Word => Schema.Object(
        Always("word", Schema.Text), Always("start", Schema.Number), Always("end", Schema.Number), Always("confidence", Schema.Number),
        new("punctuated_word", Schema.Text), new("speaker", Schema.Integer)).Named("SpeechWord");

    private static Property[] MemberParts =>
    [
        Always("member_id", Schema.Uuid), Always("email", Schema.Text), Always("first_name", Schema.Text), Always("last_name", Schema.Text),
    ];

    private static Property[] PeriodParts =>
    [
        Always("start", Schema.Text), Always("end", Schema.Text),
        Always("resolution", Schema.Object(Always("units", Schema.Text), Always("amount", Schema.Integer))),
    ];

    private static Schema Nullable(Schema schema) => schema with { Nullable = true };

    private static Property Always(string name, Schema schema) => Property.Always(name, schema);
}
