using System.Collections.Immutable;

namespace Switchboard.Cases;

/// <summary>
/// The families of reasons for which a case is closed: what cases of every type can be compared and counted by. Ours, beside the
/// security cases' own <see cref="CaseDetails.ResolvedReason"/>, which is free text in form and leads to one of these.
/// </summary>
public static class ClosedReasons
{
    /// <summary>What was asked for was done, or the problem is solved.</summary>
    public const string Done = "DONE";

    /// <summary>It repeats another case.</summary>
    public const string Duplicate = "DUPLICATE";

    /// <summary>It is right, and nothing will be done about it.</summary>
    public const string WontDo = "WONT_DO";

    /// <summary>What was seen is harmless, or was meant to happen.</summary>
    public const string Benign = "BENIGN";

    /// <summary>What was reported is not so.</summary>
    public const string FalsePositive = "FALSE_POSITIVE";

    /// <summary>It could not be seen again.</summary>
    public const string CannotReproduce = "CANNOT_REPRODUCE";

    /// <summary>It does not matter any more.</summary>
    public const string Obsolete = "OBSOLETE";

    /// <summary>None of these.</summary>
    public const string Other = "OTHER";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Done, Duplicate, WontDo, Benign, FalsePositive, CannotReproduce, Obsolete, Other];

    /// <summary>The family of a security case's resolved reason.</summary>
    public static string FamilyOf(string resolvedReason) => resolvedReason switch
    {
        "FALSE_POSITIVE" => FalsePositive,
        "TRUE_POSITIVE" => Done,
        "BENIGN_POSITIVE" or "BENIGN" or "TESTING" => Benign,
        "ONE_TIME_EXCEPTION" or "WONT_FIX" or "WONT_DO" or "RISK_ACCEPTED" => WontDo,
        "DUPLICATE" => Duplicate,
        _ => Other,
    };
}
