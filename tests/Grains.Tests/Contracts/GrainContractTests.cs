using System.Reflection;
using System.Text;
using Orleans;
using Orleans.Concurrency;

namespace Switchboard.Grains.Tests.Contracts;

public sealed class GrainContractTests
{
    [Fact]
    public void Every_type_that_crosses_a_grain_call_can_be_serialized_by_name_and_number()
    {
        var faults = new List<string>();
        foreach (var type in GrainSurface.Types)
        {
            if (type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is null)
            {
                faults.Add($"{type} lacks [GenerateSerializer]");
            }

            if (type.GetCustomAttribute<AliasAttribute>(inherit: false) is null)
            {
                faults.Add($"{type} lacks [Alias]");
            }

            if (type.IsEnum)
            {
                continue;
            }

            faults.AddRange(GrainSurface.Members(type)
                .Where(member => IdOf(type, member) is null)
                .Select(member => $"{type}.{member.Name} lacks [Id]"));
            faults.AddRange(GrainSurface.Members(type)
                .GroupBy(member => IdOf(type, member))
                .Where(same => same.Key is not null && same.Count() > 1)
                .Select(same => $"{type}: the id {same.Key} is used {same.Count()} times"));
        }

        faults.ShouldBeEmpty();
        GrainSurface.Types.Count.ShouldBeGreaterThan(30, "the walk has found the contracts");
    }

    [Fact]
    public void Every_type_that_crosses_a_grain_call_is_immutable()
    {
        var faults = new List<string>(GrainSurface.Foreign.Select(name => $"{name} is not one of the known immutable types"));
        foreach (var type in GrainSurface.Types.Where(type => !type.IsEnum))
        {
            if (type.GetCustomAttribute<ImmutableAttribute>(inherit: false) is null)
            {
                faults.Add($"{type} lacks [Immutable]: it would be copied on every call");
            }

            if (!type.IsSealed && !type.IsAbstract)
            {
                faults.Add($"{type} is neither sealed nor abstract");
            }

            faults.AddRange(GrainSurface.Members(type).Where(GrainSurface.CanBeChanged).Select(member => $"{type}.{member.Name} can be set"));
            faults.AddRange(type
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field => !field.Name.EndsWith("k__BackingField", StringComparison.Ordinal))
                .Select(field => $"{type}.{field.Name} is a field"));
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void No_two_contracts_have_the_same_alias() =>
        GrainSurface.Types.Concat(GrainSurface.Interfaces)
            .GroupBy(type => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias)
            .Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same)}")
            .ShouldBeEmpty();

    [Fact]
    public void Every_grain_method_has_an_alias_of_its_own_and_can_be_cancelled()
    {
        foreach (var grain in GrainSurface.Interfaces)
        {
            grain.GetCustomAttribute<AliasAttribute>(inherit: false).ShouldNotBeNull(grain.Name);
            var methods = grain.GetMethods();
            foreach (var method in methods)
            {
                method.GetCustomAttribute<AliasAttribute>().ShouldNotBeNull($"{grain.Name}.{method.Name}");
                method.GetParameters()[^1].ParameterType.ShouldBe(typeof(CancellationToken), $"{grain.Name}.{method.Name}");
            }

            methods.Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias).ShouldBeUnique();
        }
    }

    [Fact]
    public void The_grain_contracts_are_the_ones_that_were_agreed()
    {
        var text = new StringBuilder();
        foreach (var grain in GrainSurface.Interfaces)
        {
            text.Append($"{AliasOf(grain)} = {grain.FullName} : {string.Join(", ", grain.GetInterfaces().Where(i => i.Name.StartsWith("IGrainWith", StringComparison.Ordinal)).Select(i => i.Name))}\n");
            foreach (var method in grain.GetMethods().OrderBy(method => AliasOf(method), StringComparer.Ordinal))
            {
                var parameters = method.GetParameters().Select(parameter => $"{GrainSurface.NameOf(parameter.ParameterType)} {parameter.Name}");
                text.Append($"  {AliasOf(method)}{Flags(method)} = {GrainSurface.NameOf(method.ReturnType)} {method.Name}({string.Join(", ", parameters)})\n");
            }
        }

        foreach (var type in GrainSurface.Types)
        {
            var parent = type.BaseType is { } known && GrainSurface.Types.Contains(known) ? $" : {known.Name}" : "";
            text.Append($"{AliasOf(type)} = {type.FullName}{parent}\n");
            if (type.IsEnum)
            {
                foreach (var value in Enum.GetValues(type))
                {
                    text.Append($"  {Convert.ToInt64(value, null)} {value}\n");
                }
            }
            else
            {
                foreach (var member in GrainSurface.Members(type))
                {
                    text.Append($"  {IdOf(type, member)} {member.Name}: {GrainSurface.NameOf(member.PropertyType)}\n");
                }
            }
        }

        Snapshot.ShouldMatch("GrainContracts.txt", text.ToString());
    }

    private static string AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)!.Alias;

    private static string Flags(MethodInfo method) => string.Concat(
        method.IsDefined(typeof(ReadOnlyAttribute)) ? " [ReadOnly]" : "",
        method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? " [AlwaysInterleave]" : "",
        method.IsDefined(typeof(OneWayAttribute)) ? " [OneWay]" : "");

    private static uint? IdOf(Type type, PropertyInfo member) =>
        (member.GetCustomAttribute<IdAttribute>() ?? GrainSurface.BackingField(type, member)!.GetCustomAttribute<IdAttribute>())?.Id;
}
