using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Switchboard.Grains.Files;
using Switchboard.Storage.Files;

namespace Switchboard.Storage.Tests.Files;

/// <summary>Files in a folder of the test's own.</summary>
public sealed class FolderBlobStoreTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"blobs-{Guid.NewGuid():N}");
    private readonly FolderBlobStore _store;

    public FolderBlobStoreTests()
    {
        _store = new FolderBlobStore(Options.Create(new FilesOptions { Store = _folder }));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_is_read_as_it_was_written_and_a_later_one_takes_its_place()
    {
        await PutAsync("events/date=2026-01-15/one.ndjson.gz", "first", "application/gzip");
        await PutAsync("events/date=2026-01-15/one.ndjson.gz", "second", "text/plain");

        await using var blob = (await _store.OpenAsync("events/date=2026-01-15/one.ndjson.gz", Token)).ShouldNotBeNull();

        (await new StreamReader(blob.Content).ReadToEndAsync(Token)).ShouldBe("second");
        (blob.ContentType, blob.Length).ShouldBe(("text/plain", 6));
        (await _store.OpenAsync("events/none", Token)).ShouldBeNull();
        (await _store.OpenAsync("nowhere/none", Token)).ShouldBeNull();
        (await _store.OpenAsync("events", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_reader_keeps_the_file_that_it_opened()
    {
        await PutAsync("a", "before", "text/plain");
        await using var blob = (await _store.OpenAsync("a", Token)).ShouldNotBeNull();
        await PutAsync("a", "after", "text/plain");
        await _store.DeleteAsync("a", Token);

        (await new StreamReader(blob.Content).ReadToEndAsync(Token)).ShouldBe("before");
    }

    [Fact]
    public async Task A_file_whose_writing_fails_leaves_what_was_there()
    {
        await PutAsync("a/b", "before", "text/plain");

        await Should.ThrowAsync<IOException>(async () => await _store.PutAsync("a/b", new BreakingStream(), "text/plain", Token));
        await Should.ThrowAsync<IOException>(async () => await _store.PutAsync("a/c", new BreakingStream(), "text/plain", Token));

        (await ListAsync("")).ShouldBe(["a/b"]);
        await using var blob = (await _store.OpenAsync("a/b", Token)).ShouldNotBeNull();
        blob.Length.ShouldBe(6);
        Directory.EnumerateFiles(Path.Combine(_folder, ".unfinished")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_is_no_folder_of_another()
    {
        await PutAsync("a", "x", "text/plain");
        await Should.ThrowAsync<IOException>(() => PutAsync("a/b", "x", "text/plain"));
        (await ListAsync("")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Files_are_listed_by_what_their_names_begin_with_in_order()
    {
        string[] names = ["a-b", "a.d/x", "a/b", "a/c/d", "a/c=1/d", "aa", "b/1", "b/10", "b/2"];
        foreach (var name in names.Reverse())
        {
            await PutAsync(name, name, "text/plain");
        }

        (await ListAsync("")).ShouldBe(names.Order(StringComparer.Ordinal));
        (await ListAsync("a/")).ShouldBe(["a/b", "a/c/d", "a/c=1/d"]);
        (await ListAsync("a/c")).ShouldBe(["a/c/d", "a/c=1/d"]);
        (await ListAsync("b/1")).ShouldBe(["b/1", "b/10"]);
        (await ListAsync("c")).ShouldBeEmpty();
        (await _store.DeleteAsync("b/1", Token)).ShouldBeTrue();
        (await _store.DeleteAsync("b/1", Token)).ShouldBeFalse();
        (await ListAsync("b/")).ShouldBe(["b/10", "b/2"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData(".types/a")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    public async Task What_is_no_name_leads_nowhere(string name)
    {
        await PutAsync("there", "x", "text/plain");
        await Should.ThrowAsync<ArgumentException>(() => PutAsync(name, "x", "text/plain"));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.OpenAsync(name, Token));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.DeleteAsync(name, Token));
        BlobName.IsValid(new string('a', 201)).ShouldBeFalse();
    }

    [Fact]
    public void The_place_is_the_data_folder_unless_it_is_set()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Directory", "/data")]).Build();
        FilesOptions.Default(configuration).ShouldBe(Path.Combine("/data", "files"));
        var validator = new FilesOptionsValidator();
        validator.Validate(null, new FilesOptions { Store = "/data/files" }).Succeeded.ShouldBeTrue();
        validator.Validate(null, new FilesOptions()).FailureMessage.ShouldNotBeNull().ShouldContain("Files:Store");
        validator.Validate(null, new FilesOptions { Store = "s3://bucket/secret" }).FailureMessage.ShouldNotBeNull().ShouldNotContain("secret");
    }

    private async Task PutAsync(string name, string text, string contentType)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await _store.PutAsync(name, content, contentType, Token);
    }

    private async Task<List<string>> ListAsync(string prefix) => await _store.ListAsync(prefix, Token).Select(file => file.Name).ToListAsync(Token);

    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? ValueTask.FromResult(1) : throw new IOException("the source broke off");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("the source broke off");
    }
}
