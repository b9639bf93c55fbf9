namespace Switchboard.Streams.Kafka;

/// <summary>Kafka cannot be used as it is configured or installed: the message says what is wrong and what to do. Retrying does not help.</summary>
public sealed class KafkaUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public KafkaUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public KafkaUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception without details.</summary>
    public KafkaUnavailableException()
    {
    }
}
