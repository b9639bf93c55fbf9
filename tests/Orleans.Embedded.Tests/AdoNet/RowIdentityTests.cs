using Npgsql;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests.AdoNet;

/// <summary>The columns that find a row, as Microsoft Orleans 10.4 wrote them to a database of its own SQL scripts.</summary>
public sealed class RowIdentityTests(AdoNetSilo silo) : IClassFixture<AdoNetSilo>
{
    private const long GuidN0 = -8507504862376514611;
    private const long GuidN1 = -43253395009433344;

    private sealed record Row(int IdHash, long N0, long N1, int NameHash, string Name, string? Extension);

    [Theory]
    [InlineData("case-1", "state", 556700364, 0L, 0L, 631257761, "case-1")]
    [InlineData("ключ é 🐘", "state", -440935589, 0L, 0L, 631257761, "ключ é 🐘")]
    [InlineData("0123abcd-4567-89ef-0011-2233445566ff", "state", -1772753913, 0L, 0L, 631257761, "0123abcd-4567-89ef-0011-2233445566ff")]
    [InlineData("FFFFFFFFFFFFFFFFF", "state", 1605691228, 0L, 0L, 631257761, "FFFFFFFFFFFFFFFFF")]
    [InlineData("-5", "state", -1010765518, 0L, 0L, 631257761, "-5")]
    [InlineData("+7", "state", 1971875670, 0L, 0L, 631257761, "+7")]
    [InlineData("7+", "state", 1586669959, 0L, 7L, 631257761, "")]
    [InlineData("FF+ext", "state", -1142073587, 0L, 255L, 631257761, "ext")]
    [InlineData("a+b", "state", -493833765, 0L, 10L, 631257761, "b")]
    [InlineData("BEEF", "state", -1725267504, 0L, 48879L, 631257761, null)]
    [InlineData("FF", "state", 1922785550, 0L, 255L, 631257761, null)]
    [InlineData("FFFFFFFFFFFFFFFF", "state", -641301823, 0L, -1L, 631257761, null)]
    [InlineData("8000000000000000", "state", -911580987, 0L, long.MinValue, 631257761, null)]
    [InlineData("0", "state", 328578014, 0L, 0L, 631257761, null)]
    [InlineData("7+ext", "état", 1087002009, 0L, 7L, -105498765, "ext")]
    [InlineData("0123abcd456789ef00112233445566ff", "guid state", 819250307, GuidN0, GuidN1, -43636489, null)]
    [InlineData("0123abcd456789ef00112233445566ff+ext é", "state", -2118071414, GuidN0, GuidN1, 631257761, "ext é")]
    public async Task A_row_is_where_Orleans_looks_for_it(
        string key, string stateName, int idHash, long n0, long n1, int nameHash, string? extension)
    {
        var state = new GrainState<GrainStorageTests.Note>(new() { Text = key });
        await silo.Deleting.WriteStateAsync(stateName, GrainId.Create("any", key), state);
        (await OnlyRow()).ShouldBe(new Row(idHash, n0, n1, nameHash, stateName, extension));
        await silo.Deleting.ClearStateAsync(stateName, GrainId.Create("any", key), state);
    }

    [Fact]
    public async Task Keys_that_are_one_hexadecimal_number_share_a_row()
    {
        var one = new GrainState<GrainStorageTests.Note>(new() { Text = "x" });
        await silo.Deleting.WriteStateAsync("shared", GrainId.Create("any", "BEEF"), one);
        var other = new GrainState<GrainStorageTests.Note>(new());
        await silo.Deleting.ReadStateAsync("shared", GrainId.Create("other", "beef"), other);
        other.State!.Text.ShouldBe("x");
        await silo.Deleting.ClearStateAsync("shared", GrainId.Create("other", "beef"), other);
    }

    private async Task<Row> OnlyRow()
    {
        await using var command = silo.Rows.CreateCommand(
            """
            select grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid from orleansstorage
            """);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        (await reader.ReadAsync()).ShouldBeTrue();
        reader.GetString(6).ShouldBe(AdoNetSilo.ServiceId);
        var row = new Row(
            reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetString(4), Nullable(reader, 5));
        (await reader.ReadAsync()).ShouldBeFalse();
        return row;
    }

    private static string? Nullable(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
