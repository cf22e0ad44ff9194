namespace Pos;

/// <summary>The codes with which a command of a grain can be refused. The API's document takes them from here.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RefusesAttribute(params RejectionCode[] codes) : Attribute
{
    /// <summary>Each code once.</summary>
    public IReadOnlyList<RejectionCode> Codes { get; } = codes;
}
