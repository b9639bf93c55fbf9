namespace Orleans.Runtime;

/// <content>Calls through filters.</content>
public abstract partial class RequestBase
{
    /// <summary>Waits for the filters and gives the outcome as a task of the method's result type.</summary>
    internal Task AwaitOutcome(Task filters, CallFilters.IncomingContext context) => Unwrap(Await(filters, context));

    /// <summary>A task of the method's result type that follows one that is only known later.</summary>
    private protected abstract Task Unwrap(Task<Task> later);

    private protected static async Task<T> UnwrapTyped<T>(Task<Task> later) => await (Task<T>)await later;

    private async Task<Task> Await(Task filters, CallFilters.IncomingContext context)
    {
        try
        {
            await filters;
        }
        catch (Exception exception)
        {
            return Fail(exception);
        }

        return CallFilters.Outcome(context, this);
    }
}
