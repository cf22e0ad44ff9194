namespace Orleans.Runtime;

/// <summary>Base of the engine's exceptions.</summary>
[GenerateSerializer]
public class OrleansException : Exception
{
    /// <summary>An error without a message.</summary>
    public OrleansException()
    {
    }

    /// <summary>An error.</summary>
    public OrleansException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public OrleansException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The call was not taken and has not run.</summary>
[GenerateSerializer]
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The engine is not running, or it is stopping.</summary>
[GenerateSerializer]
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    /// <summary>An error without a message.</summary>
    public SiloUnavailableException() : base("The engine is not running.")
    {
    }

    /// <summary>An error.</summary>
    public SiloUnavailableException(string msg) : base(msg)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>An activation has more calls waiting than it may have; this one has not run.</summary>
[GenerateSerializer]
public sealed class LimitExceededException : OrleansException
{
    /// <summary>An error without a message.</summary>
    public LimitExceededException() : base("Limit exceeded.")
    {
    }

    /// <summary>An error.</summary>
    public LimitExceededException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public LimitExceededException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Names the limit and how far it was exceeded.</summary>
    public LimitExceededException(string limitName, int current, int threshold, object extraInfo)
        : base($"{limitName} is exceeded: {current} of {threshold}. {extraInfo}")
    {
    }
}

/// <summary>The engine cannot start with what it was given.</summary>
[GenerateSerializer]
public sealed class OrleansConfigurationException : Exception
{
    /// <summary>An error.</summary>
    public OrleansConfigurationException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public OrleansConfigurationException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
