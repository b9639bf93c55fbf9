using System.Collections.Immutable;
using System.Security.Cryptography;
using NpgsqlTypes;
using Switchboard.Grains.Speech.Access;
using Switchboard.Storage.Databases;

namespace Switchboard.Storage.Speech.Access;

/// <summary>The rows of secrets. Two processes that find none at once make two, which is as good: a token names the one that signed it.</summary>
internal sealed class TokenKeys(RowReader rows, TimeProvider time) : ITokenKeys
{
    private const int SecretBytes = 32;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TokenKey>> ListAsync(DateTimeOffset newerThan, DateTimeOffset rotateBefore, CancellationToken cancellationToken)
    {
        var keys = await ReadAsync(newerThan, cancellationToken);
        if (!keys.IsEmpty && keys[0].CreatedAt >= rotateBefore)
        {
            return keys;
        }

        await rows.ListAsync(
            """
            with old as (delete from speech_token_key where created_at <= $4)
            insert into speech_token_key (id, secret, created_at)
            select $1, $2, $3 where not exists (select from speech_token_key where created_at >= $5)
            """,
            [
                Parameters.Of(Guid.CreateVersion7()),
                new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = RandomNumberGenerator.GetBytes(SecretBytes) },
                Parameters.Of(time.GetUtcNow()), Parameters.Of(newerThan), Parameters.Of(rotateBefore),
            ],
            static _ => 0,
            cancellationToken);
        return await ReadAsync(newerThan, cancellationToken);
    }

    private ValueTask<ImmutableArray<TokenKey>> ReadAsync(DateTimeOffset newerThan, CancellationToken cancellationToken) => rows.ListAsync(
        "select id, secret, created_at from speech_token_key where created_at > $1 order by created_at desc, id",
        [Parameters.Of(newerThan)],
        static row => new TokenKey(row.GetGuid(0), [.. row.GetFieldValue<byte[]>(1)], row.Time(2)),
        cancellationToken);
}
