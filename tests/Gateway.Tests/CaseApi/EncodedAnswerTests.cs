using System.Text;
using Google.Protobuf.WellKnownTypes;
using Switchboard.Gateway.CaseApi.Answers;
using Switchboard.Gateway.CaseApi.Messages;
using Case = Switchboard.Gateway.CaseApi.Messages.Case;

namespace Switchboard.Gateway.Tests.CaseApi;

public sealed class EncodedAnswerTests
{
    [Fact]
    public void Attributes_relationships_and_meta_become_fields()
    {
        var long1 = new string('x', 200);
        var long2 = new string('ß', 20_000);
        var read = Read("""
            {"data":{"id":"i","type":"case","attributes":{"type":"ignored","title":"Disk \"voll\" \u00e4 \n","description":"LONG2","priority":"P2",
             "status_group":"SG_CLOSED","created_at":"2026-03-01T10:00:00.25+02:00","closed_at":"1969-12-31T23:59:59.5Z","archived_at":null,"comment_count":-3,
             "attributes":{"team":["a","b \"c\""],"LONG1":[]},"task_count":0,"public_id":17,
             "custom_attributes":{"n":{"type":"NUMBER","is_multi":true,"value":[1,2.5,"x",true,null,{"a":{"b":[]}}]}},
             "insights":[{"type":"MONITOR","ref":"/m/1","resource_id":"1"},{"type":"INCIDENT","ref":"","resource_id":"2"}]},
             "relationships":{"assignee":{"data":{"type":"user","id":"u"}},"project":{"data":null},"created_by":{"links":{},"data":{"id":"c","type":"user"}}},
             "meta":{"key":"K-1","title":"told already"}},
             "included":[{"id":"u","type":"user","attributes":{"title":"not this one"}}]}
            """.Replace("LONG1", long1, StringComparison.Ordinal).Replace("LONG2", long2, StringComparison.Ordinal));
        read.ShouldBe(new Case
        {
            Id = "i",
            Key = "K-1",
            Title = "Disk \"voll\" ä \n",
            Description = long2,
            Priority = Priority.P2,
            StatusGroup = StatusGroup.SgClosed,
            CreatedAt = new Timestamp { Seconds = 1_772_352_000, Nanos = 250_000_000 },
            ClosedAt = new Timestamp { Seconds = -1, Nanos = 500_000_000 },
            CommentCount = -3,
            PublicId = "17",
            AssigneeId = "u",
            CreatedById = "c",
            Attributes = { ["team"] = new TextList { Values = { "a", "b \"c\"" } }, [long1] = new TextList() },
            CustomAttributes =
            {
                ["n"] = new CustomValue
                {
                    Type = "NUMBER",
                    IsMulti = true,
                    Value = Value.ForList(
                        Value.ForNumber(1),
                        Value.ForNumber(2.5),
                        Value.ForString("x"),
                        Value.ForBool(true),
                        Value.ForNull(),
                        Value.ForStruct(new Struct { Fields = { ["a"] = Value.ForStruct(new Struct { Fields = { ["b"] = Value.ForList() } }) } })),
                },
            },
            Insights = { new Insight { Type = "MONITOR", Ref = "/m/1", ResourceId = "1" }, new Insight { Type = "INCIDENT", ResourceId = "2" } },
        });
    }

    [Fact]
    public void A_list_has_its_resources_and_what_is_told_about_it_wherever_that_stands()
    {
        const string Items = """[{"id":"a","type":"case","attributes":{"title":"one"}},{"id":"b","type":"case","attributes":{}}]""";
        const string Meta = """{"page":{"current":2,"size":2,"total":9},"total_cases":17,"unknown":[{}]}""";
        var expected = new SearchCasesResponse
        {
            Cases = { new Case { Id = "a", Title = "one" }, new Case { Id = "b" } },
            PageCurrent = 2,
            PageSize = 2,
            PageTotal = 9,
            TotalCases = 17,
        };
        foreach (var document in new[] { $$"""{"data":{{Items}},"meta":{{Meta}}}""", $$"""{"included":[],"meta":{{Meta}},"data":{{Items}}}""" })
        {
            SearchCasesResponse.Parser.ParseFrom(EncodedAnswer.Of(SearchCasesResponse.Descriptor, Encoding.UTF8.GetBytes(document)).Bytes.Span).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":{"type":"case","attributes":{"title":"","priority":"a word of tomorrow","comment_count":0}}}""")]
    public void What_says_nothing_is_an_empty_message_of_no_bytes(string document) =>
        EncodedAnswer.Of(Case.Descriptor, Encoding.UTF8.GetBytes(document)).Bytes.Length.ShouldBe(0);

    [Fact]
    public void An_object_without_attributes_is_taken_as_it_stands() =>
        Read("""{"data":{"type":"case","id":"i","title":"plain","meta":{"key":"K-2"}}}""").ShouldBe(new Case { Id = "i", Title = "plain", Key = "K-2" });

    private static Case Read(string document) => Case.Parser.ParseFrom(EncodedAnswer.Of(Case.Descriptor, Encoding.UTF8.GetBytes(document)).Bytes.Span);
}
