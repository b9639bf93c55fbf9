namespace Orleans.Runtime;

/// <summary>Base of the engine's failures.</summary>
[GenerateSerializer]
public class OrleansException : Exception
{
    /// <summary>An unexplained failure.</summary>
    public OrleansException()
        : base("Unexpected error.")
    {
    }

    /// <summary>A failure.</summary>
    public OrleansException(string message)
        : base(message)
    {
    }

    /// <summary>A failure and its cause.</summary>
    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The configuration cannot work; the message says what to set.</summary>
[GenerateSerializer]
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>A failure.</summary>
    public OrleansConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>A failure and its cause.</summary>
    public OrleansConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A message was refused before it reached a grain.</summary>
[GenerateSerializer]
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The silo is stopped or stopping.</summary>
[GenerateSerializer]
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>The silo is not available.</summary>
    public SiloUnavailableException()
        : base("The silo is not available.")
    {
    }

    /// <summary>The silo is not available.</summary>
    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    /// <summary>The silo is not available.</summary>
    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A reference was used that belongs to no engine.</summary>
[GenerateSerializer]
public sealed class GrainReferenceNotBoundException : OrleansException
{
    internal GrainReferenceNotBoundException(string message)
        : base(message)
    {
    }
}

/// <summary>A grain was called through an extension interface that it does not have.</summary>
[GenerateSerializer]
public sealed class GrainExtensionNotInstalledException : OrleansException
{
    /// <summary>The extension is missing.</summary>
    public GrainExtensionNotInstalledException()
        : base("The grain extension is not installed.")
    {
    }

    /// <summary>The extension is missing.</summary>
    public GrainExtensionNotInstalledException(string message)
        : base(message)
    {
    }

    /// <summary>The extension is missing.</summary>
    public GrainExtensionNotInstalledException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A limit was exceeded.</summary>
[GenerateSerializer]
public sealed class LimitExceededException : OrleansException
{
    /// <summary>A limit was exceeded.</summary>
    public LimitExceededException()
        : base("Limit exceeded")
    {
    }

    /// <summary>A limit was exceeded.</summary>
    public LimitExceededException(string message)
        : base(message)
    {
    }

    /// <summary>A limit was exceeded.</summary>
    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A limit was exceeded.</summary>
    public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
        : base(FormattableString.Invariant($"Limit {limitName} exceeded: current {current}, threshold {threshold}. {extraInfo}"))
    {
    }
}

/// <summary>Start-up or stop was cancelled because an earlier stage failed.</summary>
[GenerateSerializer]
public sealed class OrleansLifecycleCanceledException : OrleansException
{
    internal OrleansLifecycleCanceledException(string message)
        : base(message)
    {
    }

    internal OrleansLifecycleCanceledException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>An enumeration of a grain's results was cut off.</summary>
[GenerateSerializer]
public sealed class EnumerationAbortedException : Exception
{
    /// <summary>The enumeration was cut off.</summary>
    public EnumerationAbortedException()
    {
    }

    /// <summary>The enumeration was cut off.</summary>
    public EnumerationAbortedException(string message)
        : base(message)
    {
    }

    /// <summary>The enumeration was cut off.</summary>
    public EnumerationAbortedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The code around the silo that a call goes to is no longer there.</summary>
[GenerateSerializer]
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(GrainId clientId)
        : base($"{clientId} is an object reference that was deleted, or that belongs to another process.")
    {
    }
}
