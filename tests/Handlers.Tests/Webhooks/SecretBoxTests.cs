using System.Text;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Deliveries;
using Switchboard.Handlers.Webhooks;

namespace Switchboard.Handlers.Tests.Webhooks;

public sealed class SecretBoxTests
{
    private static readonly byte[] _old = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] _new = [.. Enumerable.Repeat((byte)2, 32)];
    private readonly Guid _webhook = Guid.NewGuid();

    [Fact]
    public void What_was_sealed_is_opened_and_does_not_show()
    {
        var box = new SecretBox(_new);
        var sealedSecret = box.Seal(_webhook, "whsec_readable");

        box.Open(_webhook, sealedSecret).ShouldBe("whsec_readable");
        Encoding.Latin1.GetString(sealedSecret).ShouldNotContain("readable");
        box.Seal(_webhook, "whsec_readable").ShouldNotBe(sealedSecret);
    }

    [Fact]
    public void A_former_key_still_opens_and_the_present_one_seals()
    {
        var before = new SecretBox(_old).Seal(_webhook, "whsec_a");
        var box = new SecretBox(_new, _old);

        box.Open(_webhook, before).ShouldBe("whsec_a");
        Should.Throw<InvalidOperationException>(() => new SecretBox(_old).Open(_webhook, box.Seal(_webhook, "whsec_b")))
            .Message.ShouldContain("Webhooks:SecretKey");
    }

    [Fact]
    public void A_secret_of_another_webhook_or_a_damaged_one_is_not_opened()
    {
        var box = new SecretBox(_new);
        var sealedSecret = box.Seal(_webhook, "whsec_a");
        Should.Throw<InvalidOperationException>(() => box.Open(Guid.NewGuid(), sealedSecret));

        sealedSecret[^1] ^= 1;
        Should.Throw<InvalidOperationException>(() => box.Open(_webhook, sealedSecret));
        Should.Throw<InvalidOperationException>(() => box.Open(_webhook, []));
    }

    [Fact]
    public void The_data_folders_key_is_made_once_and_kept_from_others()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var sealedSecret = SecretKeys.BoxOf(new WebhookOptions(), folder).Seal(_webhook, "whsec_a");

            SecretKeys.BoxOf(new WebhookOptions(), folder).Open(_webhook, sealedSecret).ShouldBe("whsec_a");
            SecretKeys.BoxOf(new WebhookOptions { SecretKey = Convert.ToBase64String(_new) }, folder).Open(_webhook, sealedSecret).ShouldBe("whsec_a");
            new FileInfo(Directory.GetFiles(folder).Single()).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_key_that_cannot_be_one_stops_the_start_without_being_shown()
    {
        var result = new WebhookOptionsValidator().Validate(Options.DefaultName, new WebhookOptions { SecretKey = "hunter2" });

        result.Failures.ShouldHaveSingleItem().ShouldContain("Webhooks:SecretKey is not 32 bytes");
        result.FailureMessage.ShouldNotBeNull().ShouldNotContain("hunter2");
        new WebhookOptionsValidator().Validate(Options.DefaultName, new WebhookOptions { SecretKey = Convert.ToBase64String(_new) }).Succeeded.ShouldBeTrue();
    }
}
