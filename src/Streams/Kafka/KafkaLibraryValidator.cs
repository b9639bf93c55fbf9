using Microsoft.Extensions.Options;

namespace Switchboard.Streams.Kafka;

/// <summary>Lets a start with Kafka fail like any other wrong setting when the native library cannot be used.</summary>
internal sealed class KafkaLibraryValidator : IValidateOptions<KafkaOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        try
        {
            KafkaNativeLibrary.EnsureLoaded();
            return ValidateOptionsResult.Success;
        }
        catch (KafkaUnavailableException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }
}
