using System.Collections.Immutable;
using Switchboard.Cases;
using Switchboard.Commands;

namespace Switchboard.Grains.Imports;

/// <summary>A case as it comes from elsewhere: how it began, and what happened to it since.</summary>
/// <param name="Id">Its id here, the same whenever it is offered again.</param>
/// <param name="Opening">How it began.</param>
/// <param name="OpenedAt">When.</param>
/// <param name="Opener">Who opened it, a user of the organisation; null for whoever imports.</param>
/// <param name="Steps">What happened since, in any order; those of the same time in the order given.</param>
public sealed record ImportedCase(Guid Id, OpenCase Opening, DateTimeOffset OpenedAt, Guid? Opener, ImmutableArray<ImportedStep> Steps);

/// <summary>One thing that happened to an imported case: a change or a comment.</summary>
/// <param name="At">When.</param>
/// <param name="Author">Who, a user of the organisation; null for whoever imports.</param>
/// <param name="Change">The change, or null for a comment.</param>
/// <param name="Comment">The comment's text, or null for a change.</param>
public sealed record ImportedStep(DateTimeOffset At, Guid? Author, CaseCommand? Change, string? Comment = null);

/// <summary>On whose behalf cases are imported.</summary>
/// <param name="OrgId">The organisation.</param>
/// <param name="Importer">Who imports.</param>
/// <param name="CorrelationId">The request; kept with every event.</param>
/// <param name="CausationId">The import; kept with every event.</param>
public sealed record ImportContext(Guid OrgId, Actor Importer, string CorrelationId, string CausationId);

/// <summary>What became of an imported case.</summary>
/// <param name="Id">The case's id.</param>
/// <param name="Key">Its key; null when it was refused.</param>
/// <param name="IsNew">False when it had been imported before: nothing was changed.</param>
/// <param name="Error">Why it was refused, or null.</param>
public sealed record ImportOutcome(Guid Id, string? Key, bool IsNew, DomainError? Error)
{
    /// <summary>A refusal.</summary>
    public static ImportOutcome Refused(Guid id, DomainError error) => new(id, null, false, error);
}
