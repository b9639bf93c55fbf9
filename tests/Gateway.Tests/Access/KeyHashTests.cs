using Switchboard.Gateway.Access;
using Switchboard.Gateway.Tests.Fakes;

namespace Switchboard.Gateway.Tests.Access;

public sealed class KeyHashTests
{
    [Fact]
    public void The_hash_is_the_grains_key()
    {
        KeyHash.TryOf("0123456789abcdef", out var hash).ShouldBeTrue();

        hash.ToString().ShouldBe(FakeOrg.HashOf("0123456789abcdef"));
    }

    [Fact]
    public void Equal_texts_have_equal_hashes_and_others_do_not()
    {
        KeyHash.TryOf("0123456789abcdef", out var one);
        KeyHash.TryOf("0123456789abcdef", out var same);
        KeyHash.TryOf("0123456789abcdeg", out var other);

        same.ShouldBe(one);
        same.GetHashCode().ShouldBe(one.GetHashCode());
        other.ShouldNotBe(one);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("with space")]
    [InlineData("ünïcödé-key")]
    [InlineData("line\nbreak")]
    public void What_no_key_looks_like_is_not_hashed(string text) => KeyHash.TryOf(text, out _).ShouldBeFalse();

    [Fact]
    public void A_key_has_a_greatest_length()
    {
        KeyHash.TryOf(new string('a', 128), out _).ShouldBeTrue();
        KeyHash.TryOf(new string('a', 129), out _).ShouldBeFalse();
    }
}
