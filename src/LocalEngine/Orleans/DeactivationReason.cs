namespace Orleans;

/// <summary>Why an activation goes.</summary>
public readonly struct DeactivationReason
{
    /// <summary>Names a reason.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text) : this(code, null, text)
    {
    }

    /// <summary>Names a reason with the exception behind it.</summary>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>The reason for people.</summary>
    public string Description { get; }

    /// <summary>The reason for programs.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The exception behind it, if any.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString() => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} ({Exception})";
}

/// <summary>Why an activation goes. The local engine uses four of them: shutting down, failed, idle, and asked for by the application.</summary>
[GenerateSerializer]
public enum DeactivationReasonCode : byte
{
    /// <summary>Not told.</summary>
    None,

    /// <summary>The process stops.</summary>
    ShuttingDown,

    /// <summary>The activation did not succeed.</summary>
    ActivationFailed,

    /// <summary>Not used by the local engine.</summary>
    DirectoryFailure,

    /// <summary>Not used for the age of its grain class.</summary>
    ActivationIdle,

    /// <summary>Not used by the local engine.</summary>
    ActivationUnresponsive,

    /// <summary>Not used by the local engine.</summary>
    DuplicateActivation,

    /// <summary>Not used by the local engine.</summary>
    IncompatibleRequest,

    /// <summary>Not used by the local engine.</summary>
    ApplicationError,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested,

    /// <summary>Not used by the local engine.</summary>
    Migrating,

    /// <summary>Not used by the local engine.</summary>
    RuntimeRequested,

    /// <summary>Not used by the local engine.</summary>
    HighMemoryPressure,
}
