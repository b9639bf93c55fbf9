using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Switchboard.Gateway.Speech.Access;
using Switchboard.Grains.Speech.Access;
using Switchboard.Testing;

namespace Switchboard.Gateway.Tests.Speech;

public sealed class SpeechTokensTests : IDisposable
{
    private static readonly Guid _org = Guid.NewGuid();
    private static readonly Guid _key = Guid.NewGuid();

    private readonly FakeTimeProvider _time = new();
    private readonly TokenKeyList _keys = new();
    private readonly SpeechTokens _tokens;

    public SpeechTokensTests() => _tokens = new SpeechTokens(_keys, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public async Task A_token_says_whose_it_is_until_it_expires()
    {
        var token = await IssueAsync(TimeSpan.FromSeconds(30));

        SpeechTokens.IsToken(token).ShouldBeTrue();
        var claims = await _tokens.CheckAsync(token, Token);
        claims!.Value.OrgId.ShouldBe(_org);
        claims.Value.KeyId.ShouldBe(_key);
        _time.Advance(TimeSpan.FromSeconds(29));
        (await _tokens.CheckAsync(token, Token)).ShouldNotBeNull();
        _time.Advance(TimeSpan.FromSeconds(3));
        (await _tokens.CheckAsync(token, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_that_was_changed_anywhere_is_refused()
    {
        var token = await IssueAsync(TimeSpan.FromMinutes(1));

        // The last letter of the signature carries two unused bits, hence the one before it.
        for (var place = 0; place < token.Length - 1; place++)
        {
            if (token[place] != '.')
            {
                var changed = string.Concat(token.AsSpan(0, place), token[place] == 'A' ? "B" : "A", token.AsSpan(place + 1));
                (await _tokens.CheckAsync(changed, Token)).ShouldBeNull($"letter {place} of {token.Length}");
            }
        }
    }

    [Theory]
    [InlineData("none", "switchboard-speech", true)]
    [InlineData("HS512", "switchboard-speech", true)]
    [InlineData("HS256", "somebody-else", true)]
    [InlineData("HS256", "switchboard-speech", false)]
    public async Task Another_algorithm_audience_or_key_is_refused(string algorithm, string audience, bool rightKey)
    {
        await IssueAsync(TimeSpan.FromMinutes(1));
        var key = _keys.All[0];
        var expires = _time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds();
        var text = $"{Part($$"""{"alg":"{{algorithm}}","kid":"{{(rightKey ? key.Id : Guid.NewGuid()):N}}"}""")}."
            + Part($$"""{"aud":"{{audience}}","sub":"{{_key:N}}","org":"{{_org:N}}","exp":{{expires}}}""");
        var token = $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key.Secret.ToArray(), Encoding.ASCII.GetBytes(text)))}";

        (await _tokens.CheckAsync(token, Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData("eyJ..")]
    [InlineData("eyJ.e30.e30")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.!!!.???")]
    [InlineData("eyJhbGciOiJIUzI1NiIsImtpZCI6NX0.e30.AAAA")]
    public async Task Garbage_in_the_form_of_a_token_is_refused(string token) => (await _tokens.CheckAsync(token, Token)).ShouldBeNull();

    [Fact]
    public async Task The_secret_changes_and_older_tokens_stay_good()
    {
        var first = await IssueAsync(TimeSpan.FromSeconds(1));
        _time.Advance(SpeechTokens.Rotation - TimeSpan.FromMinutes(10));
        var old = await IssueAsync(SpeechTokens.LongestLife);
        _time.Advance(TimeSpan.FromMinutes(15));
        var young = await IssueAsync(SpeechTokens.LongestLife);

        _keys.All.Length.ShouldBe(2);
        old.Split('.')[0].ShouldBe(first.Split('.')[0]);
        young.Split('.')[0].ShouldNotBe(old.Split('.')[0]);
        (await _tokens.CheckAsync(old, Token)).ShouldNotBeNull();
        (await _tokens.CheckAsync(young, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_process_knows_a_token_of_a_secret_that_was_made_just_now()
    {
        using var other = new SpeechTokens(_keys, _time);
        await other.CheckAsync(await IssueAsync(TimeSpan.FromMinutes(5)), Token);
        _keys.Add(_time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(2));
        using var third = new SpeechTokens(_keys, _time);

        (await other.CheckAsync(await third.IssueAsync(_org, _key, TimeSpan.FromMinutes(1), Token), Token)).ShouldNotBeNull();
    }

    private ValueTask<string> IssueAsync(TimeSpan life) => _tokens.IssueAsync(_org, _key, life, Token);

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed class TokenKeyList : ITokenKeys
    {
        public ImmutableArray<TokenKey> All { get; private set; } = [];

        public void Add(DateTimeOffset at) => All = All.Insert(0, new TokenKey(Guid.NewGuid(), [.. RandomNumberGenerator.GetBytes(32)], at));

        public ValueTask<ImmutableArray<TokenKey>> ListAsync(DateTimeOffset newerThan, DateTimeOffset rotateBefore, CancellationToken cancellationToken)
        {
            if (All.IsEmpty || All[0].CreatedAt < rotateBefore)
            {
                Add(rotateBefore + SpeechTokens.Rotation);
            }

            return new([.. All.Where(key => key.CreatedAt > newerThan)]);
        }
    }
}
