using System.Reflection;
using System.Reflection.Emit;

namespace Pos.LocalEngine;

/// <summary>Emits how a call's arguments are read and replaced by filters and by the engine.</summary>
internal static class CallArguments
{
    internal static void Emit(TypeBuilder type, FieldBuilder[] fields)
    {
        var code = ReferenceTypes.Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.GetArgumentCount))!);
        code.Emit(OpCodes.Ldc_I4, fields.Length);
        code.Emit(OpCodes.Ret);
        EmitGet(type, fields);
        EmitSet(type, fields);
        if (Array.Find(fields, field => field.FieldType == typeof(CancellationToken)) is { } token)
        {
            code = ReferenceTypes.Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.GetCancellationToken))!);
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, token);
            code.Emit(OpCodes.Ret);
            code = ReferenceTypes.Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.SetCancellationToken))!);
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Stfld, token);
            code.Emit(OpCodes.Ret);
        }
    }

    private static void EmitGet(TypeBuilder type, FieldBuilder[] fields)
    {
        var code = ReferenceTypes.Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.GetArgument))!);
        EmitChoice(code, OpCodes.Ldarg_1, fields, field =>
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, field);
            code.Emit(OpCodes.Box, field.FieldType);
            code.Emit(OpCodes.Ret);
        });
        code.Emit(OpCodes.Ret);
    }

    private static void EmitSet(TypeBuilder type, FieldBuilder[] fields)
    {
        var code = ReferenceTypes.Override(type, typeof(GrainCall).GetMethod(nameof(GrainCall.SetArgument))!);
        EmitChoice(code, OpCodes.Ldarg_1, fields, field =>
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldarg_2);
            code.Emit(OpCodes.Unbox_Any, field.FieldType);
            code.Emit(OpCodes.Stfld, field);
            code.Emit(OpCodes.Ret);
        });
        code.Emit(OpCodes.Pop);
        code.Emit(OpCodes.Ret);
    }

    private static void EmitChoice(ILGenerator code, OpCode index, FieldBuilder[] fields, Action<FieldBuilder> emitCase)
    {
        Label[] labels = [.. fields.Select(_ => code.DefineLabel())];
        code.Emit(index);
        code.Emit(OpCodes.Switch, labels);
        var none = code.DefineLabel();
        code.Emit(OpCodes.Br, none);
        foreach (var (field, label) in fields.Zip(labels))
        {
            code.MarkLabel(label);
            emitCase(field);
        }

        code.MarkLabel(none);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(index);
        code.Emit(OpCodes.Call, typeof(GrainCall).GetMethod(nameof(GrainCall.NoSuchArgument), BindingFlags.Public | BindingFlags.Static)!);
    }
}
