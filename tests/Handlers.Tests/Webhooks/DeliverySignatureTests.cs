using System.Text;
using Switchboard.Grains.Deliveries;

namespace Switchboard.Handlers.Tests.Webhooks;

public sealed class DeliverySignatureTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    // Computed with Python's hmac: receivers in other languages must come to the same.
    [Theory]
    [InlineData(Secret, 1768467600, """{"type":"case.opened"}""", "82e00e7f4402006900f4e40caf88bf25d1e308dfd1ce58e943c99d99b61c02fd")]
    [InlineData("whsec_second", 1768467600, """{"type":"case.opened"}""", "a762cbf31ba6283d03b180fe59717a46ad5ddacce21417dbf254da28e6d6a4f8")]
    [InlineData(Secret, 0, "", "e08e3b234d55e695f064d71f5cb8dd382678d244a4ad2939f249dd786f778e03")]
    [InlineData(Secret, 1768467601, """{"title":"Störung · 障害"}""", "5e57225d7f3ae732b00e8ff190c2db9a943bc2b57f1849298e36b05221619827")]
    public void The_signature_is_the_published_one(string secret, long timestamp, string body, string expected) =>
        DeliverySignature.Of([secret], timestamp, Encoding.UTF8.GetBytes(body)).ShouldBe($"v1={expected}");

    [Fact]
    public void Two_valid_secrets_give_two_signatures_the_present_one_first() =>
        DeliverySignature.Of([Secret, "whsec_second"], 1768467600, """{"type":"case.opened"}"""u8).ShouldBe(
            "v1=82e00e7f4402006900f4e40caf88bf25d1e308dfd1ce58e943c99d99b61c02fd,v1=a762cbf31ba6283d03b180fe59717a46ad5ddacce21417dbf254da28e6d6a4f8");

    [Fact]
    public void Secrets_are_long_and_never_the_same()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => DeliverySignature.NewSecret()).ToHashSet();

        secrets.Count.ShouldBe(100);
        secrets.ShouldAllBe(secret => secret.StartsWith("whsec_") && secret.Length == 6 + 43);
    }
}
