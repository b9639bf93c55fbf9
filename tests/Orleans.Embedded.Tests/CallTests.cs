namespace Orleans.Embedded.Tests;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> Add(int left, int right);

    ValueTask<string> Greet(string name);

    Task Nothing();

    Task<List<string>> Append(List<string> list, string item);

    Task<string> Fail(string message);

    Task<string> FailLater(string message);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> Add(int left, int right) => Task.FromResult(left + right);

    public async ValueTask<string> Greet(string name)
    {
        await Task.Yield();
        return $"Hello {name} from {this.GetPrimaryKeyString()}";
    }

    public Task Nothing() => Task.CompletedTask;

    public Task<List<string>> Append(List<string> list, string item)
    {
        list.Add(item);
        return Task.FromResult(list);
    }

    public Task<string> Fail(string message) => throw new CustomFailure(message);

    public async Task<string> FailLater(string message)
    {
        await Task.Yield();
        throw new CustomFailure(message);
    }
}

[GenerateSerializer]
public sealed class CustomFailure(string message) : Exception(message);

public class CallTests
{
    [Fact]
    public async Task A_call_returns_the_result_of_the_method()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IEchoGrain>("a");

        (await grain.Add(2, 3)).ShouldBe(5);
        (await grain.Greet("Ann")).ShouldBe("Hello Ann from a");
        await grain.Nothing();
    }

    [Fact]
    public async Task Arguments_and_results_are_copies()
    {
        await using var silo = await TestSilo.StartAsync();
        var mine = new List<string> { "one" };

        var returned = await silo.Client.GetGrain<IEchoGrain>("a").Append(mine, "two");

        returned.ShouldBe(["one", "two"]);
        mine.ShouldBe(["one"]);
    }

    [Fact]
    public async Task Exceptions_arrive_as_thrown()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IEchoGrain>("a");

        (await Should.ThrowAsync<CustomFailure>(() => grain.Fail("at once"))).Message.ShouldBe("at once");
        var later = await Should.ThrowAsync<CustomFailure>(() => grain.FailLater("later"));
        later.Message.ShouldBe("later");
        later.StackTrace!.ShouldContain(nameof(EchoGrain));
    }
}
