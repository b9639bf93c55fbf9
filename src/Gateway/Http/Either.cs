namespace Switchboard.Gateway.Http;

/// <summary>What a request asks for, or why it cannot be made out.</summary>
internal readonly record struct Either<T>(T? Value, ApiError? Refusal)
    where T : class
{
    public static implicit operator Either<T>(T value) => new(value, null);

    public static implicit operator Either<T>(ApiError refusal) => new(null, refusal);
}
