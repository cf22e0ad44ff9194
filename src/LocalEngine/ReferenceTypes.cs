using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>
/// Emits, when an interface is first used, the class of its references and a class for the calls of each method: arguments travel in typed
/// fields, and a call is one virtual call and no reflection.
/// </summary>
internal static class ReferenceTypes
{
    private const string ShapeField = "TheShape";

    private static readonly ConcurrentDictionary<Assembly, ModuleBuilder> Modules = new();
    private static readonly ConcurrentDictionary<Type, Lazy<Func<LocalSilo, GrainId, GrainReference>>> Makers = new();
    private static readonly Type[] MakerParameters = [typeof(LocalSilo), typeof(GrainId)];

    internal static Func<LocalSilo, GrainId, GrainReference> MakerOf(Type contract) =>
        Makers.GetOrAdd(contract, static contract => new(() => Emit(contract))).Value;

    /// <summary>The methods that references of this interface have: its own and those of the interfaces it extends.</summary>
    internal static IEnumerable<MethodInfo> MethodsOf(Type contract) =>
        contract.GetInterfaces().Prepend(contract)
            .SelectMany(part => part.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance));

    /// <summary>The result of a method: <see cref="void"/> for Task and ValueTask, null for a return type that calls cannot have.</summary>
    internal static Type? ResultOf(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return typeof(void);
        }

        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : null;
    }

    private static Func<LocalSilo, GrainId, GrainReference> Emit(Type contract)
    {
        var module = Modules.GetOrAdd(contract.Assembly, MakeModule);
        lock (module)
        {
            var reference = module.DefineType(
                $"{contract.FullName}+Reference", TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReference), [contract]);
            var constructor = EmitConstructor(reference);
            EmitName(reference, contract);
            foreach (var (index, method) in MethodsOf(contract).Index())
            {
                EmitMethod(reference, method, EmitCall(module, contract, method, index), index);
            }

            var maker = reference.DefineMethod(
                "Make", MethodAttributes.Public | MethodAttributes.Static, typeof(GrainReference), MakerParameters);
            var code = maker.GetILGenerator();
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Newobj, constructor);
            code.Emit(OpCodes.Ret);
            return reference.CreateType().GetMethod("Make")!.CreateDelegate<Func<LocalSilo, GrainId, GrainReference>>();
        }
    }

    /// <remarks>One module for each assembly of contracts: it may see the internals of those and of the engine.</remarks>
    private static ModuleBuilder MakeModule(Assembly contracts)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName($"{contracts.GetName().Name}.References"), AssemblyBuilderAccess.Run);
        var constructor = typeof(IgnoresAccessChecksToAttribute).GetConstructors()[0];
        foreach (var seen in new[] { typeof(ReferenceTypes).Assembly, contracts }.Distinct())
        {
            assembly.SetCustomAttribute(new CustomAttributeBuilder(constructor, [seen.GetName().Name!]));
        }

        return assembly.DefineDynamicModule("References");
    }

    private static ConstructorBuilder EmitConstructor(TypeBuilder type)
    {
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, MakerParameters);
        var code = constructor.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, MakerParameters)!);
        code.Emit(OpCodes.Ret);
        return constructor;
    }

    private static void EmitName(TypeBuilder type, Type contract)
    {
        var code = Override(type, typeof(GrainReference).GetProperty(nameof(GrainReference.InterfaceName))!.GetMethod!);
        code.Emit(OpCodes.Ldstr, contract.FullName!);
        code.Emit(OpCodes.Ret);
    }

    private static void EmitMethod(TypeBuilder reference, MethodInfo method, Type call, int index)
    {
        var parameters = method.GetParameters();
        var emitted = reference.DefineMethod(
            $"{method.Name}_{index}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.NewSlot | MethodAttributes.HideBySig,
            method.ReturnType,
            [.. parameters.Select(parameter => parameter.ParameterType)]);
        reference.DefineMethodOverride(emitted, method);
        var code = emitted.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Newobj, call.GetConstructor(Type.EmptyTypes)!);
        foreach (var parameter in parameters)
        {
            code.Emit(OpCodes.Dup);
            code.Emit(OpCodes.Ldarg, (short)(parameter.Position + 1));
            code.Emit(OpCodes.Stfld, call.GetField(FieldOf(parameter))!);
        }

        var result = ResultOf(method);
        var isValueTask = method.ReturnType.IsValueType;
        var send = typeof(GrainReference).GetMethod(
            result == typeof(void)
                ? isValueTask ? nameof(GrainReference.SendVoidValue) : nameof(GrainReference.SendVoid)
                : isValueTask ? nameof(GrainReference.SendResultValue) : nameof(GrainReference.SendResult),
            BindingFlags.NonPublic | BindingFlags.Instance)!;
        code.Emit(OpCodes.Call, result == typeof(void) ? send : send.MakeGenericMethod(result!));
        code.Emit(OpCodes.Ret);
    }

    /// <summary>The class of the calls of one method.</summary>
    private static Type EmitCall(ModuleBuilder module, Type contract, MethodInfo method, int index)
    {
        var result = ResultOf(method);
        var parent = result == typeof(void) ? typeof(VoidCall) : typeof(ResultCall<>).MakeGenericType(result!);
        var type = module.DefineType($"{contract.FullName}+{method.Name}_{index}", TypeAttributes.Public | TypeAttributes.Sealed, parent);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var shape = type.DefineField(ShapeField, typeof(CallShape), FieldAttributes.Public | FieldAttributes.Static);
        var code = Override(type, typeof(GrainCall).GetProperty(nameof(GrainCall.Shape))!.GetMethod!);
        code.Emit(OpCodes.Ldsfld, shape);
        code.Emit(OpCodes.Ret);

        var parameters = method.GetParameters();
        FieldBuilder[] fields =
            [.. parameters.Select(parameter => type.DefineField(FieldOf(parameter), parameter.ParameterType, FieldAttributes.Public))];
        EmitInvoke(type, method, fields);
        CallArguments.Emit(type, fields);

        var made = type.CreateType();
        made.GetField(ShapeField)!.SetValue(null, ShapeOf(contract, method, parameters));
        return made;
    }

    private static void EmitInvoke(TypeBuilder type, MethodInfo method, FieldBuilder[] fields)
    {
        var code = Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.Invoke))!);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var field in fields)
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, field);
        }

        code.Emit(OpCodes.Callvirt, method);
        if (method.ReturnType.IsValueType)
        {
            var local = code.DeclareLocal(method.ReturnType);
            code.Emit(OpCodes.Stloc, local);
            code.Emit(OpCodes.Ldloca, local);
            code.Emit(OpCodes.Call, method.ReturnType.GetMethod(nameof(ValueTask.AsTask))!);
        }

        code.Emit(OpCodes.Ret);
    }

    private static CallShape ShapeOf(Type contract, MethodInfo method, ParameterInfo[] parameters) =>
        new(
            contract,
            contract.FullName!,
            method,
            method.IsDefined(typeof(AlwaysInterleaveAttribute)),
            method.IsDefined(typeof(ReadOnlyAttribute)),
            method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout,
            parameters.Any(parameter => parameter.ParameterType == typeof(CancellationToken)));

    private static string FieldOf(ParameterInfo parameter) => $"Argument{parameter.Position}";

    internal static ILGenerator Override(TypeBuilder type, MethodInfo method)
    {
        var emitted = type.DefineMethod(
            method.Name,
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig | (method.Attributes & MethodAttributes.SpecialName),
            method.ReturnType,
            [.. method.GetParameters().Select(parameter => parameter.ParameterType)]);
        return emitted.GetILGenerator();
    }
}
