namespace System.Runtime.CompilerServices;

/// <summary>Known to the runtime by this name: the assembly that carries it may use the internals of the assembly it names.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
