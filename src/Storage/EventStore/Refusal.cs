using Npgsql;
using Switchboard.Grains.EventStore;

namespace Switchboard.Storage.EventStore;

/// <summary>What the database's refusal of an append means to its caller.</summary>
internal static class Refusal
{
    /// <summary>Raised by <c>expect_rows</c> of the schema.</summary>
    private const string RowsChanged = "SB409";

    /// <summary>The answer, if it is one that a port knows.</summary>
    public static bool TryTranslate(Exception error, out AppendResult result)
    {
        result = (error as PostgresException) switch
        {
            { SqlState: RowsChanged } => new AppendResult(AppendStatus.VersionConflict),
            { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "domain_events_stream_version" } => new AppendResult(AppendStatus.VersionConflict),
            { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "idempotency_key_pk" } => new AppendResult(AppendStatus.DuplicateCommand),

            // The row of an aggregate that was thought to be new.
            { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "case_pkey" or "project_pkey" or "org_user_pkey" or "access_key_pkey" or "org_pkey" or "case_type_pkey" or "case_view_pkey" or "case_template_pkey" } =>
                new AppendResult(AppendStatus.VersionConflict),
            { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: var constraint } => new AppendResult(AppendStatus.UniqueConflict, constraint),
            _ => default,
        };
        return result.Status != AppendStatus.Appended;
    }

    /// <summary>A value that the database cannot hold, or the driver cannot write.</summary>
    public static ArgumentException Invalid(AppendRequest request, Exception error) => new(
        $"An append to {request.Stream.Type} {request.Stream.Id} of organisation {request.Stream.OrgId} holds a value that cannot be stored: {error.Message}", error);
}
