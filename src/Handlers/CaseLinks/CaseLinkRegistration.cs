namespace Switchboard.Handlers.CaseLinks;

/// <summary>Adds the flavor.</summary>
internal static class CaseLinkRegistration
{
    public static void AddCaseLink(this HandlerCatalog catalog) => catalog.Add<CaseLinkHandler>(CaseLinkHandler.Definition);
}
