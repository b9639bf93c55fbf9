namespace Orleans.Serialization;

/// <summary>A value cannot cross a grain call.</summary>
[GenerateSerializer]
public class SerializerException : Exception
{
    /// <summary>A failure.</summary>
    public SerializerException()
    {
    }

    /// <summary>A failure.</summary>
    public SerializerException(string message)
        : base(message)
    {
    }

    /// <summary>A failure and its cause.</summary>
    public SerializerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A type can be neither copied nor serialized.</summary>
[GenerateSerializer]
public sealed class CodecNotFoundException(string message) : SerializerException(message);
