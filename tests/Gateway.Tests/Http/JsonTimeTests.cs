using System.Text;
using Switchboard.Gateway.Http;

namespace Switchboard.Gateway.Tests.Http;

public sealed class JsonTimeTests
{
    [Theory]
    [InlineData("2026-03-02T10:15:30.1200450Z", "2026-03-02T10:15:30.120045Z")]
    [InlineData("2026-03-02T10:15:30.0429700Z", "2026-03-02T10:15:30.04297Z")]
    [InlineData("2026-03-02T10:15:30.1000000Z", "2026-03-02T10:15:30.1Z")]
    [InlineData("2026-03-02T10:15:30.0000009Z", "2026-03-02T10:15:30Z")]
    [InlineData("2026-03-02T10:15:30Z", "2026-03-02T10:15:30Z")]
    [InlineData("2026-03-02T12:15:30.5+02:00", "2026-03-02T10:15:30.5Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z")]
    public void Times_have_microseconds_without_trailing_zeros_in_UTC(string time, string expected)
    {
        Span<byte> text = stackalloc byte[27];
        var length = JsonTime.Format(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), text);

        Encoding.ASCII.GetString(text[..length]).ShouldBe(expected);
    }
}
