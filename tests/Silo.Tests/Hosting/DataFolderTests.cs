using Switchboard.Silo.Hosting;

namespace Switchboard.Silo.Tests.Hosting;

public sealed class DataFolderTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "switchboard-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public void A_second_process_is_told_who_holds_the_folder()
    {
        using var first = DataFolder.Claim(_path);

        var refused = Should.Throw<StartupFailedException>(() => DataFolder.Claim(_path));

        refused.Message.ShouldContain(_path);
        refused.Message.ShouldContain($"process {Environment.ProcessId}");
        refused.Message.ShouldContain("Data:Directory");
        File.Exists(first.File("silo.pid")).ShouldBeTrue();
    }

    [Fact]
    public void The_holder_is_named_by_process_id_and_start_time()
    {
        using var folder = DataFolder.Claim(_path);

        var parts = File.ReadAllText(folder.File("silo.pid")).Trim().Split(' ');
        parts[0].ShouldBe(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var stat = File.ReadAllText("/proc/self/stat");
        stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19].ShouldBe(parts[1]);
    }

    [Fact]
    public void A_released_folder_can_be_claimed_again_and_leaves_no_marks()
    {
        using (var first = DataFolder.Claim(_path))
        {
            first.MarkReady("ready");
            File.ReadAllText(first.File("silo.ready")).ShouldBe("ready\n");
        }

        File.Exists(Path.Combine(_path, "silo.ready")).ShouldBeFalse();
        File.Exists(Path.Combine(_path, "silo.pid")).ShouldBeFalse();
        using var second = DataFolder.Claim(_path);
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_taken_over()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, ".switchboard"), "");
        File.WriteAllText(Path.Combine(_path, "silo.pid"), "1 1\n");
        File.WriteAllText(Path.Combine(_path, "silo.ready"), "old\n");

        using var folder = DataFolder.Claim(_path);

        File.Exists(folder.File("silo.ready")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        Directory.CreateDirectory(_path);
        var file = Path.Combine(_path, "file");
        File.WriteAllText(file, "");

        Should.Throw<StartupFailedException>(() => DataFolder.Claim(Path.Combine(file, "below"))).Message.ShouldContain(file);
    }
}
