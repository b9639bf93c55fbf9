namespace Switchboard.Grains.Cases;

/// <summary>Finds cases by what people call them.</summary>
public interface ICaseDirectory
{
    /// <summary>The id of the case with this key (any letter case), or null.</summary>
    ValueTask<Guid?> FindByKeyAsync(Guid orgId, string key, CancellationToken cancellationToken);

    /// <summary>Ids of all cases of a project, archived ones too.</summary>
    IAsyncEnumerable<Guid> ListOfProjectAsync(Guid orgId, Guid projectId, CancellationToken cancellationToken);
}
