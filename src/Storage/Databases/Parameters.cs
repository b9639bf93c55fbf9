using Npgsql;
using NpgsqlTypes;

namespace Switchboard.Storage.Databases;

/// <summary>Parameters with their types said: a null has one too, and no value is boxed.</summary>
internal static class Parameters
{
    public static NpgsqlParameter Of(Guid value) => new NpgsqlParameter<Guid>(null!, NpgsqlDbType.Uuid) { TypedValue = value };

    public static NpgsqlParameter Of(Guid? value) => Nullable(NpgsqlDbType.Uuid, value);

    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long>(null!, NpgsqlDbType.Bigint) { TypedValue = value };

    public static NpgsqlParameter Of(int value) => new NpgsqlParameter<int>(null!, NpgsqlDbType.Integer) { TypedValue = value };

    public static NpgsqlParameter Of(int? value) => Nullable(NpgsqlDbType.Integer, value);

    public static NpgsqlParameter Of(long? value) => Nullable(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Of(short value) => new NpgsqlParameter<short>(null!, NpgsqlDbType.Smallint) { TypedValue = value };

    public static NpgsqlParameter Of(bool value) => new NpgsqlParameter<bool>(null!, NpgsqlDbType.Boolean) { TypedValue = value };

    public static NpgsqlParameter Of(bool? value) => Nullable(NpgsqlDbType.Boolean, value);

    public static NpgsqlParameter Of(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    public static NpgsqlParameter Of(DateTimeOffset value) =>
        new NpgsqlParameter<DateTime>(null!, NpgsqlDbType.TimestampTz) { TypedValue = value.UtcDateTime };

    public static NpgsqlParameter Of(DateTimeOffset? value) => Nullable(NpgsqlDbType.TimestampTz, value?.UtcDateTime);

    public static NpgsqlParameter Of(ulong transaction) => new NpgsqlParameter<ulong>(null!, NpgsqlDbType.Xid8) { TypedValue = transaction };

    public static NpgsqlParameter Of(IEnumerable<string> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = values.ToArray() };

    public static NpgsqlParameter Of(ReadOnlySpan<Guid> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, Value = values.ToArray() };

    public static NpgsqlParameter Json(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Json, Value = (object?)value ?? DBNull.Value };

    public static NpgsqlParameter Jsonb(byte[] value) => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = value };

    public static NpgsqlParameter JsonbOrNull(byte[]? value) => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = (object?)value ?? DBNull.Value };

    private static NpgsqlParameter Nullable<T>(NpgsqlDbType type, T? value)
        where T : struct => new() { NpgsqlDbType = type, Value = value is { } given ? given : DBNull.Value };
}
