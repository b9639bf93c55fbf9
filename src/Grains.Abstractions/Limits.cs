namespace Switchboard;

/// <summary>How large things may be. Lengths are in UTF-16 code units, as in <see cref="string.Length"/>.</summary>
public static class Limits
{
    /// <summary>A case's title.</summary>
    public const int CaseTitle = 1_000;

    /// <summary>A case's description.</summary>
    public const int CaseDescription = 256 * 1024;

    /// <summary>A comment's text.</summary>
    public const int Comment = 64 * 1024;

    /// <summary>Attributes on a case.</summary>
    public const int Attributes = 100;

    /// <summary>An attribute's key.</summary>
    public const int AttributeKey = 200;

    /// <summary>Values of one attribute.</summary>
    public const int AttributeValues = 100;

    /// <summary>One value of an attribute.</summary>
    public const int AttributeValue = 1_000;

    /// <summary>All keys and values of a case's attributes together.</summary>
    public const int AttributesTotal = 64 * 1024;

    /// <summary>Insights in one request.</summary>
    public const int InsightsAtOnce = 100;

    /// <summary>Insights of a case.</summary>
    public const int Insights = 500;

    /// <summary>An insight's reference, and the id of what it refers to.</summary>
    public const int InsightText = 2_000;

    /// <summary>Labels of a key.</summary>
    public const int KeyTags = 50;

    /// <summary>Users who watch a case.</summary>
    public const int Watchers = 500;

    /// <summary>Tasks of a case.</summary>
    public const int Tasks = 100;

    /// <summary>A task's title.</summary>
    public const int TaskTitle = 1_000;

    /// <summary>Duplicates that are merged into one case.</summary>
    public const int MergedCases = 100;

    /// <summary>Links of a case.</summary>
    public const int Links = 500;

    /// <summary>The id of a linked thing that is no case.</summary>
    public const int LinkEndId = 200;

    /// <summary>The reason for which a security case was resolved.</summary>
    public const int ResolvedReason = 100;

    /// <summary>Cases of one bulk update.</summary>
    public const int BulkCases = 1_000;

    /// <summary>Templates of a project.</summary>
    public const int Templates = 200;

    /// <summary>Saved views of a project.</summary>
    public const int Views = 500;

    /// <summary>Cases that are made for security findings at once.</summary>
    public const int FindingCases = 50;

    /// <summary>Security findings that are attached at once.</summary>
    public const int FindingsOfCase = 50;

    /// <summary>Favourite projects of a user.</summary>
    public const int Favorites = 200;

    /// <summary>Statuses of one group of a case type.</summary>
    public const int StatusesOfGroup = 50;

    /// <summary>What a custom attribute's value may be, where there is a list.</summary>
    public const int AttributeOptions = 500;

    /// <summary>A team's handle.</summary>
    public const int TeamHandle = 195;

    /// <summary>A team's name.</summary>
    public const int TeamName = 200;

    /// <summary>A team's description.</summary>
    public const int TeamDescription = 10_000;

    /// <summary>Members of a team.</summary>
    public const int TeamMembers = 2_000;

    /// <summary>Links of a team.</summary>
    public const int TeamLinks = 100;

    /// <summary>The address of a team's link.</summary>
    public const int TeamLinkUrl = 2_000;

    /// <summary>Parts of a team's page that are named as shown, or as hidden.</summary>
    public const int TeamModules = 50;

    /// <summary>Principals of one relation in a project's policy.</summary>
    public const int PolicyPrincipals = 500;

    /// <summary>A project's key.</summary>
    public const int ProjectKey = 10;

    /// <summary>Names of projects, organisations, users and keys, and job titles.</summary>
    public const int Name = 255;

    /// <summary>An e-mail address (RFC 5321, 4.5.3.1.3).</summary>
    public const int Email = 254;

    /// <summary>One settings section of a project, or its board layout, as JSON text.</summary>
    public const int SettingsSection = 64 * 1024;

    /// <summary>Levels of nesting in a settings section or board layout.</summary>
    public const int SettingsDepth = 16;

    /// <summary>Custom case types that a project offers.</summary>
    public const int EnabledCaseTypes = 100;

    /// <summary>The key by which alerts are recognised as being about the same trouble.</summary>
    public const int DedupKey = 255;

    /// <summary>An alert's description.</summary>
    public const int AlertDescription = 16 * 1024;

    /// <summary>Labels of an alert.</summary>
    public const int AlertTags = 50;

    /// <summary>Links of an alert.</summary>
    public const int AlertLinks = 10;

    /// <summary>Alerts in one message of a sender.</summary>
    public const int AlertsAtOnce = 1_000;

    /// <summary>Integrations of an organisation.</summary>
    public const int Integrations = 200;

    /// <summary>Routes of an integration.</summary>
    public const int Routes = 100;

    /// <summary>Calls of a case.</summary>
    public const int CallsOfCase = 500;

    /// <summary>Speakers of a call that have a name.</summary>
    public const int CallSpeakers = 32;

    /// <summary>One line of a call; a longer one is cut into several.</summary>
    public const int CallLine = 2_000;

    /// <summary>Lines that are added to a call at once.</summary>
    public const int CallLinesAtOnce = 50;

    /// <summary>The text of lines that are added to a call at once.</summary>
    public const int CallTextAtOnce = 8_000;

    /// <summary>All lines of a call together; later ones are left out.</summary>
    public const int CallText = 4_000_000;
}
