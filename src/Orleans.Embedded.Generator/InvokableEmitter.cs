using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Orleans.Embedded.Generator;

/// <summary>Writes the class that carries a call of one method: arguments as fields, pooled.</summary>
internal sealed class InvokableEmitter(IMethodSymbol method, INamedTypeSymbol owner)
{
    private const string Concurrency = "Orleans.Concurrency.";

    private readonly INamedTypeSymbol _face = method.ContainingType;
    private readonly ITypeParameterSymbol[] _typeParameters =
        [.. Names.TypeParameters(owner), .. method.TypeParameters];

    private string Name => Names.Invokable(method, owner) + Names.Parameters(_typeParameters);

    private IParameterSymbol? Token => method.Parameters.FirstOrDefault(IsToken);

    internal static bool IsToken(IParameterSymbol parameter) => parameter.Type.ToDisplayString() == "System.Threading.CancellationToken";

    /// <summary>The base class that fits the return type, or null if there is none.</summary>
    internal static string? BaseClass(ITypeSymbol returnType)
    {
        if (returnType.SpecialType == SpecialType.System_Void)
        {
            return "global::Orleans.Runtime.VoidRequest";
        }

        var argument = OrleansTypes.ResultOf(returnType) is { } result ? $"<{Names.Full(result)}>" : "";
        return returnType.OriginalDefinition.ToDisplayString() switch
        {
            "System.Threading.Tasks.Task" => "global::Orleans.Runtime.TaskRequest",
            "System.Threading.Tasks.Task<TResult>" => $"global::Orleans.Runtime.TaskRequest{argument}",
            "System.Threading.Tasks.ValueTask" => "global::Orleans.Runtime.Request",
            "System.Threading.Tasks.ValueTask<TResult>" => $"global::Orleans.Runtime.Request{argument}",
            "System.Collections.Generic.IAsyncEnumerable<T>" => $"global::Orleans.Runtime.AsyncEnumerableRequest{argument}",
            _ => null,
        };
    }

    internal void Emit(SourceWriter writer)
    {
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]");
        writer.Open(
            $"{Names.Access(owner)} sealed class {Name} : {BaseClass(method.ReturnType)}{Names.Constraints(_typeParameters)}");
        EmitFields(writer);
        EmitDescription(writer);
        EmitTarget(writer);
        EmitArguments(writer);
        EmitCancellation(writer);
        EmitInvokeAndDispose(writer);
        writer.Close();
    }

    private void EmitFields(SourceWriter writer)
    {
        var types = string.Join(", ", method.Parameters.Select(p => $"typeof({Names.Full(p.Type)})"));
        var generics = method.TypeParameters.Length == 0
            ? "null"
            : $"new global::System.Type[] {{ {string.Join(", ", method.TypeParameters.Select(p => $"typeof({p.Name})"))} }}";
        writer.Line(
            "private static readonly global::System.Reflection.MethodInfo s_method = "
            + "global::Orleans.Serialization.GeneratedCodeHelpers.OrleansGeneratedCodeHelper.GetMethodInfoOrDefault("
            + $"typeof({Names.Full(_face)}), \"{method.Name}\", {generics}, new global::System.Type[] {{ {types} }});");
        for (var i = 0; i < method.Parameters.Length; i++)
        {
            writer.Line($"public {Names.Full(method.Parameters[i].Type)} arg{i};");
        }

        writer.Line($"private {Names.Full(_face)} _target;");
        if (Token is not null)
        {
            writer.Line("private global::System.Threading.CancellationTokenSource _cts;");
        }

        var options = Options();
        if (options.Length != 0)
        {
            writer.Line($"public {Names.Invokable(method, owner)}() => AddInvokeMethodOptions({options});");
        }
    }

    private void EmitDescription(SourceWriter writer)
    {
        writer.Line($"public override string GetMethodName() => \"{method.Name}\";");
        writer.Line($"public override string GetInterfaceName() => \"{Names.Display(_face)}\";");
        writer.Line($"public override string GetActivityName() => \"{Names.Short(_face)}/{method.Name}\";");
        writer.Line($"public override global::System.Type GetInterfaceType() => typeof({Names.Full(_face)});");
        writer.Line("public override global::System.Reflection.MethodInfo GetMethod() => s_method;");
        if (Timeout() is { } timeout)
        {
            writer.Line(
                "public override global::System.TimeSpan? GetDefaultResponseTimeout() => "
                + $"global::System.TimeSpan.FromTicks({timeout.Ticks.ToString(CultureInfo.InvariantCulture)}L);");
        }
    }

    private void EmitTarget(SourceWriter writer)
    {
        var source = OrleansTypes.IsExtension(owner) ? $"holder.GetComponent(typeof({Names.Full(owner)}))" : "holder.GetTarget()";
        writer.Line("public override object GetTarget() => _target;");
        writer.Open("public override void SetTarget(global::Orleans.Serialization.Invocation.ITargetHolder holder)");
        writer.Line($"_target = ({Names.Full(_face)}){source};");
        if (Token is not null)
        {
            writer.Line("_cts = new global::System.Threading.CancellationTokenSource();");
        }

        writer.Close();
    }

    private void EmitArguments(SourceWriter writer)
    {
        if (method.Parameters.Length == 0)
        {
            return;
        }

        writer.Line($"public override int GetArgumentCount() => {method.Parameters.Length};");
        writer.Open("public override object GetArgument(int index)");
        writer.Open("switch (index)");
        for (var i = 0; i < method.Parameters.Length; i++)
        {
            writer.Line($"case {i}: return arg{i};");
        }

        writer.Line("default: return base.GetArgument(index);");
        writer.Close();
        writer.Close();
        writer.Open("public override void SetArgument(int index, object value)");
        writer.Open("switch (index)");
        for (var i = 0; i < method.Parameters.Length; i++)
        {
            writer.Line($"case {i}: arg{i} = ({Names.Full(method.Parameters[i].Type)})value; return;");
        }

        writer.Line("default: base.SetArgument(index, value); return;");
        writer.Close();
        writer.Close();
    }

    private void EmitCancellation(SourceWriter writer)
    {
        if (Token is not { } token)
        {
            return;
        }

        writer.Line("public override bool IsCancellable => true;");
        writer.Line($"public override global::System.Threading.CancellationToken GetCancellationToken() => arg{token.Ordinal};");
        writer.Open("public override bool TryCancel()");
        writer.Line("var cts = _cts;");
        writer.Line("cts?.Cancel();");
        writer.Line("return cts is not null;");
        writer.Close();
    }

    private void EmitInvokeAndDispose(SourceWriter writer)
    {
        var arguments = string.Join(", ", method.Parameters.Select((p, i) => IsToken(p) ? "_cts.Token" : $"arg{i}"));
        var returns = method.ReturnsVoid ? "void" : Names.Full(method.ReturnType);
        writer.Line(
            $"protected override {returns} InvokeInner() => _target.{method.Name}{Names.Parameters([.. method.TypeParameters])}({arguments});");
        writer.Open("public override void Dispose()");

        // Whoever cancels later may still hold the object: it must not serve another call by then.
        if (Token is null)
        {
            for (var i = 0; i < method.Parameters.Length; i++)
            {
                writer.Line($"arg{i} = default;");
            }

            writer.Line("_target = null;");
            writer.Line("global::Orleans.Serialization.Invocation.InvokablePool.Return(this);");
        }

        writer.Close();
    }

    private string Options()
    {
        const string prefix = "global::Orleans.CodeGeneration.InvokeMethodOptions.";
        string[] options = ["AlwaysInterleave", "ReadOnly", "OneWay"];
        return string.Join(
            " | ", options.Where(o => OrleansTypes.Has(method, $"{Concurrency}{o}Attribute")).Select(o => prefix + o));
    }

    private TimeSpan? Timeout() =>
        OrleansTypes.FirstArgument(method, "Orleans.ResponseTimeoutAttribute") is string text
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout)
            ? timeout
            : null;
}
