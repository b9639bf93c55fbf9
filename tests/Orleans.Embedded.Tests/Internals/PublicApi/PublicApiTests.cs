using System.Runtime.CompilerServices;

namespace Orleans.Embedded.Tests.Internals.PublicApi;

/// <summary>
/// What the engine shows is a subset of what Microsoft Orleans shows: every line of PublicApi.txt was compared with its assemblies. A new
/// line is a decision: look the member up there first, then run the tests once with PUBLIC_API_UPDATE=1 and review the difference.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public async Task What_the_engine_shows_is_what_was_agreed_on()
    {
        var shown = PublicSurface.Of(typeof(Grain).Assembly);
        if (Environment.GetEnvironmentVariable("PUBLIC_API_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(Agreed(), string.Join('\n', shown) + "\n", TestContext.Current.CancellationToken);
        }

        var agreed = await File.ReadAllLinesAsync(Agreed(), TestContext.Current.CancellationToken);
        shown.Except(agreed).ShouldBeEmpty("shown, but not in PublicApi.txt");
        agreed.Except(shown).ShouldBeEmpty("in PublicApi.txt, but no longer shown");
    }

    private static string Agreed([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "PublicApi.txt");
}
