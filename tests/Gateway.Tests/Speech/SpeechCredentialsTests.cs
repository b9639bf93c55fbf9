using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Speech.Access;

namespace Switchboard.Gateway.Tests.Speech;

public sealed class SpeechCredentialsTests
{
    [Theory]
    [InlineData("Token org_secret", null, null)]
    [InlineData("token org_secret", null, null)]
    [InlineData("Bearer org_secret", null, null)]
    [InlineData("bearer org_secret", null, null)]
    [InlineData("  TOKEN   org_secret  ", null, null)]
    [InlineData(null, "token, org_secret", "token")]
    [InlineData(null, "bearer, org_secret", "bearer")]
    [InlineData(null, "Token,org_secret", "Token")]
    [InlineData(null, "token,org_secret,x-deepgram-session-id,0198c3c4-5c2c-7d4e-8f1a-0c6f1d2e3f03", "token")]
    [InlineData("Token org_secret", "token, another", "token")]
    [InlineData("Token org_secret", "chat", null)]
    [InlineData("Basic dXNlcjpwYXNz", "token, org_secret", "token")]
    public void Every_form_of_credentials_is_read_and_the_first_sub_protocol_is_echoed(string? authorization, string? subProtocol, string? echoed)
    {
        var read = SpeechCredentials.Read(Headers(authorization, subProtocol));

        read.Secret.ShouldBe("org_secret");
        read.SubProtocol.ShouldBe(echoed);
        read.ToString().ShouldNotContain("org_secret");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("org_secret", null)]
    [InlineData("Token ", null)]
    [InlineData("Basic org_secret", null)]
    [InlineData(null, "token")]
    [InlineData(null, "org_secret, token")]
    [InlineData(null, "token,")]
    public void What_is_no_credential_is_none(string? authorization, string? subProtocol) =>
        SpeechCredentials.Read(Headers(authorization, subProtocol)).Secret.ShouldBeNull();

    [Fact]
    public void A_sub_protocol_in_several_headers_is_one_list()
    {
        var headers = new HeaderDictionary { ["Sec-WebSocket-Protocol"] = new(["token", "org_secret"]) };

        SpeechCredentials.Read(headers).ShouldBe(new SpeechCredentials("org_secret", "token"));
    }

    private static HeaderDictionary Headers(string? authorization, string? subProtocol)
    {
        var headers = new HeaderDictionary { ["Authorization"] = authorization };
        if (subProtocol is not null)
        {
            headers["Sec-WebSocket-Protocol"] = subProtocol;
        }

        return headers;
    }
}
