namespace Switchboard.Cli;

/// <summary>What a script learns from the command.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>What was named does not exist, or nothing could be changed.</summary>
    public const int Nothing = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The database (or the search engine) cannot be used now.</summary>
    public const int Unavailable = 3;

    /// <summary>What was waited for has failed.</summary>
    public const int Failed = 4;
}
