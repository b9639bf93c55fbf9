namespace Orleans.Runtime;

/// <content>The call that a request belongs to.</content>
public abstract partial class RequestBase
{
    internal void ForgetCall()
    {
    }
}
