using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

public interface IChainGrain : IGrainWithStringKey
{
    /// <summary>Calls the other grain, which calls this one back.</summary>
    Task<int> Through(string other, bool allow);

    Task<int> CallBack(string caller);

    Task<int> Answer();

    Task<int> CallSelf(bool allow);
}

public sealed class ChainGrain : Grain, IChainGrain
{
    public async Task<int> Through(string other, bool allow)
    {
        if (!allow)
        {
            return await GrainFactory.GetGrain<IChainGrain>(other).CallBack(this.GetPrimaryKeyString());
        }

        using (RequestContext.AllowCallChainReentrancy())
        {
            return await GrainFactory.GetGrain<IChainGrain>(other).CallBack(this.GetPrimaryKeyString());
        }
    }

    public Task<int> CallBack(string caller) => GrainFactory.GetGrain<IChainGrain>(caller).Answer();

    public Task<int> Answer() => Task.FromResult(42);

    public async Task<int> CallSelf(bool allow)
    {
        var self = this.AsReference<IChainGrain>();
        using var section = allow ? RequestContext.AllowCallChainReentrancy() : RequestContext.SuppressCallChainReentrancy();
        return await self.Answer();
    }
}

public class CallChainTests
{
    [Fact]
    public async Task A_call_chain_that_comes_back_times_out_unless_it_is_allowed()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(time: time);
        var grain = silo.Client.GetGrain<IChainGrain>("a");
        await grain.Answer();
        await silo.Client.GetGrain<IChainGrain>("b").Answer();

        var stuck = grain.Through("b", allow: false);
        stuck.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(29));
        stuck.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(3));
        await Should.ThrowAsync<TimeoutException>(() => stuck);

        (await grain.Answer()).ShouldBe(42);
    }

    [Fact]
    public async Task An_allowed_call_chain_re_enters_its_grain()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Client.GetGrain<IChainGrain>("a");

        (await grain.Through("b", allow: true)).ShouldBe(42);
    }

    [Fact]
    public async Task A_grain_may_call_itself_only_if_that_is_allowed()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.StartAsync(
            s => s.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5)), time);
        var grain = silo.Client.GetGrain<IChainGrain>("a");

        (await grain.CallSelf(allow: true)).ShouldBe(42);
        var stuck = grain.CallSelf(allow: false);
        stuck.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(7));
        await Should.ThrowAsync<TimeoutException>(() => stuck);
    }
}
