using System.Runtime.CompilerServices;

namespace Switchboard.Grains.Tests.Contracts;

/// <summary>
/// Compares a text with the one that is checked in. A wanted difference is accepted by running the test with
/// <c>SWITCHBOARD_ACCEPT_CONTRACTS=1</c>, and is then a decision in the same commit.
/// </summary>
internal static class Snapshot
{
    public static void ShouldMatch(string file, string actual, [CallerFilePath] string test = "")
    {
        if (Environment.GetEnvironmentVariable("SWITCHBOARD_ACCEPT_CONTRACTS") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(test)!, file), actual);
            return;
        }

        var path = Path.Combine(AppContext.BaseDirectory, "Contracts", file);
        var agreed = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (agreed == actual)
        {
            return;
        }

        var (before, after) = (Lines(agreed), Lines(actual));
        var lost = before.Except(after).Select(line => $"- {line}");
        var gained = after.Except(before).Select(line => $"+ {line}");
        Assert.Fail(
            $"{file} no longer describes the code. Members are added, never renamed, renumbered or removed; if this is so, accept it with "
            + $"SWITCHBOARD_ACCEPT_CONTRACTS=1.\n{string.Join('\n', lost.Concat(gained))}");
    }

    private static List<string> Lines(string text)
    {
        var (lines, owner) = (new List<string>(), "");
        foreach (var line in text.Split('\n'))
        {
            owner = line.StartsWith(' ') ? owner : line;
            lines.Add(line.StartsWith(' ') ? $"{owner} /{line}" : line);
        }

        return lines;
    }
}
