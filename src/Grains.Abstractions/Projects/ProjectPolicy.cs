using System.Collections.Immutable;
using Orleans;

namespace Switchboard.Projects;

/// <summary>What somebody is to a project that is restricted. Each includes the ones before it.</summary>
[GenerateSerializer, Alias("switchboard.ProjectRelation")]
public enum ProjectRelation
{
    /// <summary>Nothing: the project and its cases look as if they did not exist.</summary>
    None = 0,

    /// <summary>Sees and watches its cases.</summary>
    Viewer = 1,

    /// <summary>Opens, changes and comments on cases too.</summary>
    Contributor = 2,

    /// <summary>Changes the project, its settings, its policy and other people's comments too, and may delete it.</summary>
    Manager = 3,
}

/// <summary>Who may do what in a project. A project without a policy is open to the whole organisation.</summary>
/// <param name="Bindings">In order of their relations, each relation at most once.</param>
[GenerateSerializer, Immutable, Alias("switchboard.ProjectPolicy")]
public sealed record ProjectPolicy([property: Id(0)] ImmutableArray<PolicyBinding> Bindings)
{
    /// <inheritdoc/>
    public bool Equals(ProjectPolicy? other) => other is not null && Bindings.SequenceEqual(other.Bindings);

    /// <inheritdoc/>
    public override int GetHashCode() => Bindings.Length;
}

/// <summary>Those who have a relation to a project.</summary>
/// <param name="Relation">Not <see cref="ProjectRelation.None"/>.</param>
/// <param name="Principals">
/// As in the public contract, in order and each once: <c>user:</c>, <c>role:</c>, <c>team:</c> or <c>org:</c> and a UUID in lower case.
/// </param>
[GenerateSerializer, Immutable, Alias("switchboard.PolicyBinding")]
public sealed record PolicyBinding(
    [property: Id(0)] ProjectRelation Relation,
    [property: Id(1)] ImmutableArray<string> Principals)
{
    /// <inheritdoc/>
    public bool Equals(PolicyBinding? other) =>
        other is not null && Relation == other.Relation && Principals.SequenceEqual(other.Principals, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Relation, Principals.Length);
}
