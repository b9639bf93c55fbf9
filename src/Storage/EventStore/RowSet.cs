using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace Switchboard.Storage.EventStore;

/// <summary>A statement of a batch over any number of rows, each column one array parameter.</summary>
internal interface IRowSet
{
    /// <summary>Adds the statement to a batch if it has rows.</summary>
    void AddTo(NpgsqlBatch batch);

    /// <summary>Forgets the rows, keeps the memory.</summary>
    void Clear();
}

/// <summary>A statement over rows made from <typeparamref name="TRow"/>; its parameters are numbered in the order of the declarations.</summary>
internal sealed class RowSet<TRow>(string sql) : IRowSet
{
    private readonly NpgsqlBatchCommand _command = new(sql);
    private readonly List<IColumn> _columns = [];
    private NpgsqlParameter<long>? _count;

    /// <summary>How many rows the batch in hand has.</summary>
    public int Count { get; private set; }

    public RowSet<TRow> Uuid(Func<TRow, Guid> value) => Declare(NpgsqlDbType.Uuid, value);

    public RowSet<TRow> Uuid(Func<TRow, Guid?> value) => Declare(NpgsqlDbType.Uuid, value);

    public RowSet<TRow> Text(Func<TRow, string?> value) => Declare(NpgsqlDbType.Text, value);

    public RowSet<TRow> Bigint(Func<TRow, long> value) => Declare(NpgsqlDbType.Bigint, value);

    public RowSet<TRow> Integer(Func<TRow, int> value) => Declare(NpgsqlDbType.Integer, value);

    public RowSet<TRow> Boolean(Func<TRow, bool> value) => Declare(NpgsqlDbType.Boolean, value);

    public RowSet<TRow> Date(Func<TRow, DateOnly> value) => Declare(NpgsqlDbType.Date, value);

    public RowSet<TRow> Smallint(Func<TRow, short> value) => Declare(NpgsqlDbType.Smallint, value);

    public RowSet<TRow> Bytes(Func<TRow, byte[]> value) => Declare(NpgsqlDbType.Bytea, value);

    public RowSet<TRow> Json(Func<TRow, string> value) => Declare(NpgsqlDbType.Json, value);

    public RowSet<TRow> Jsonb(Func<TRow, byte[]?> value) => Declare(NpgsqlDbType.Jsonb, value);

    public RowSet<TRow> Date(Func<TRow, DateOnly?> value) => Declare(NpgsqlDbType.Date, value);

    public RowSet<TRow> Time(Func<TRow, DateTimeOffset> value) => Declare(NpgsqlDbType.TimestampTz, row => value(row).UtcDateTime);

    public RowSet<TRow> Time(Func<TRow, DateTimeOffset?> value) => Declare(NpgsqlDbType.TimestampTz, row => value(row)?.UtcDateTime);

    /// <summary>Declares the number of rows as the next parameter.</summary>
    public RowSet<TRow> RowCount()
    {
        _count = new NpgsqlParameter<long>(null!, NpgsqlDbType.Bigint);
        _command.Parameters.Add(_count);
        return this;
    }

    public void Add(TRow row)
    {
        foreach (var column in CollectionsMarshal.AsSpan(_columns))
        {
            column.Add(row);
        }

        Count++;
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (Count > 0)
        {
            _count?.TypedValue = Count;
            batch.BatchCommands.Add(_command);
        }
    }

    public void Clear()
    {
        if (Count > 0)
        {
            _columns.ForEach(static column => column.Clear());
            Count = 0;
        }
    }

    private RowSet<TRow> Declare<T>(NpgsqlDbType type, Func<TRow, T> value)
    {
        var column = new Column<T>(type, value);
        _columns.Add(column);
        _command.Parameters.Add(column.Parameter);
        return this;
    }

    private interface IColumn
    {
        void Add(TRow row);

        void Clear();
    }

    private sealed class Column<T> : IColumn
    {
        private readonly List<T> _values = [];
        private readonly Func<TRow, T> _value;

        public Column(NpgsqlDbType type, Func<TRow, T> value)
        {
            _value = value;
            Parameter = new NpgsqlParameter<List<T>>(null!, NpgsqlDbType.Array | type) { TypedValue = _values };
        }

        public NpgsqlParameter Parameter { get; }

        public void Add(TRow row) => _values.Add(_value(row));

        public void Clear() => _values.Clear();
    }
}
