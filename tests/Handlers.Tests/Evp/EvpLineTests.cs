using System.Text.Json;
using Switchboard.Cases;
using Switchboard.Commands;
using Switchboard.Handlers.Evp;

namespace Switchboard.Handlers.Tests.Evp;

/// <summary>Pure: what a line looks like.</summary>
public sealed class EvpLineTests
{
    [Fact]
    public void A_line_has_the_promised_columns_in_their_order()
    {
        var changed = Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), 3, new PriorityChanged(CasePriority.P2, CasePriority.P1), actor: Actor.User(Guid.NewGuid()));

        var line = JsonDocument.Parse(EvpLine.Of(changed.Record)).RootElement;

        line.EnumerateObject().Select(column => column.Name).ShouldBe(
        [
            "event_id", "event_type", "event_schema", "tenant", "org_id", "stream_type", "stream_id", "stream_version", "occurred_at", "recorded_at",
            "actor_kind", "actor_id", "correlation_id", "causation_id", "trace_parent", "log_epoch", "log_tx", "log_seq", "project_id", "value_from",
            "value_to", "payload",
        ]);
        line.GetProperty("event_type").GetString().ShouldBe("case.priority_changed");
        line.GetProperty("actor_kind").GetString().ShouldBe("user");
        line.GetProperty("value_from").GetString().ShouldBe("P2");
        line.GetProperty("value_to").GetString().ShouldBe("P1");
        line.GetProperty("project_id").ValueKind.ShouldBe(JsonValueKind.Null);
        line.GetProperty("causation_id").ValueKind.ShouldBe(JsonValueKind.Null);
        line.GetProperty("payload").GetString().ShouldBe("""{"from":"P2","to":"P1"}""");
    }

    [Fact]
    public void A_line_is_one_line_whatever_was_written()
    {
        var changed = Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), 3, new TitleChanged("two\nlines \"quoted\"", "one\r\u2028\t\\ ünï"));

        var line = EvpLine.Of(changed.Record);

        line.ShouldNotContain('\n');
        line.ShouldNotContain('\r');
        JsonDocument.Parse(line).RootElement.GetProperty("value_from").GetString().ShouldBe("two\nlines \"quoted\"");
    }

    [Fact]
    public void Old_and_new_values_that_are_no_texts_are_json()
    {
        var assignee = Guid.NewGuid();
        var assigned = Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), 3, new AssigneeChanged(null, assignee));
        var replaced = Deliveries.Event(Guid.NewGuid(), Guid.NewGuid(), 3, new AttributesReplaced(
            System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty,
            System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty.Add("team", ["a", "b"])));

        JsonDocument.Parse(EvpLine.Of(assigned.Record)).RootElement.GetProperty("value_to").GetString().ShouldBe(assignee.ToString());
        JsonDocument.Parse(EvpLine.Of(replaced.Record)).RootElement.GetProperty("value_to").GetString().ShouldBe("""{"team":["a","b"]}""");
    }
}
