using System.Reflection;

namespace Pos.Tests;

/// <summary>An assembly that holds just these types, so that every test chooses its own grains.</summary>
internal sealed class AssemblyOf(params Type[] types) : Assembly
{
    public override Type[] GetTypes() => types;
}
