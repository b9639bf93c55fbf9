using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Switchboard.Events;

namespace Switchboard.Grains.Tests.Contracts;

public sealed partial class EventContractTests
{
    private static readonly Type[] Events =
        [.. typeof(DomainEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(DomainEvent)) && !type.IsAbstract)];

    [Fact]
    public void Every_event_has_a_stable_name_of_its_own()
    {
        foreach (var type in Events)
        {
            type.IsSealed.ShouldBeTrue(type.Name);
            var stored = type.GetCustomAttribute<EventTypeAttribute>().ShouldNotBeNull(type.Name);
            NameForm().IsMatch(stored.Name).ShouldBeTrue(stored.Name);
            stored.Version.ShouldBeGreaterThan(0, type.Name);
        }

        Events.Select(NameOf).ShouldBeUnique();
    }

    [Fact]
    public void The_event_contracts_are_the_ones_that_were_agreed()
    {
        var text = new StringBuilder();
        foreach (var type in Events.OrderBy(NameOf, StringComparer.Ordinal))
        {
            text.Append($"{NameOf(type)} = {type.FullName}\n");
            foreach (var member in type.GetProperties().Where(property => GrainSurface.BackingField(type, property) is not null))
            {
                text.Append($"  {member.Name}: {GrainSurface.NameOf(member.PropertyType)}{Absence(member)}\n");
            }
        }

        Snapshot.ShouldMatch("EventContracts.txt", text.ToString());
    }

    private static string NameOf(Type type)
    {
        var stored = type.GetCustomAttribute<EventTypeAttribute>()!;
        return $"{stored.Name} v{stored.Version}";
    }

    private static string Absence(PropertyInfo member) =>
        !member.PropertyType.IsValueType && new NullabilityInfoContext().Create(member).ReadState == NullabilityState.Nullable ? "?" : "";

    [GeneratedRegex("^[a-z_]+\\.[a-z]+(_[a-z]+)*$")]
    private static partial Regex NameForm();
}
