using Switchboard.Bench;
using Switchboard.Bench.Reporting;

// Bench.exe [--results FOLDER] [name...]: runs the named benches, or all, and exits with 1 when a figure misses its bound.
var results = Path.Combine(Environment.CurrentDirectory, "bench", "results");
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--results" && i + 1 < args.Length)
    {
        results = args[++i];
    }
    else
    {
        names.Add(args[i]);
    }
}

var unknown = names.Where(static name => Benches.Find(name) is null).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"No such bench: {string.Join(", ", unknown)}. There are: {string.Join(", ", Benches.Names)}.");
    return 2;
}

var missed = 0;
foreach (var name in names.Count > 0 ? names : [.. Benches.All.Keys])
{
    Console.WriteLine($"running {name} ...");
    var figures = await Benches.Find(name)!(CancellationToken.None);
    Table.Print(name, figures, Console.Out);
    Console.WriteLine($"written to {ResultFile.Write(results, name.Replace('/', '-'), figures, TimeProvider.System.GetUtcNow())}");
    missed += figures.Count(figure => !figure.Ok);
}

Console.WriteLine(missed == 0 ? "all figures hold" : $"{missed} figure(s) missed");
return missed == 0 ? 0 : 1;
