using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Switchboard.Grains.Intake;

namespace Switchboard.Storage.Intake;

/// <summary>
/// What was sent in many messages, as one value: they resemble each other, so together they take a fraction of the room, and one row is
/// written for all. A pack is a byte for its form (0 plain, 1 deflated) and the messages one after another: the length of the headers, of the
/// body that is kept and of the whole body, and both. Used by one task at a time.
/// </summary>
internal sealed class SentPack(Guid orgId)
{
    private const byte Plain = 0, Deflated = 1;
    private const int Head = 4 + 4 + 8;

    // To show one message the whole pack is read.
    private const int Largest = 1024 * 1024;
    private const int WorthPacking = 512;

    private readonly ArrayBufferWriter<byte> _messages = new(4096);

    /// <summary>The row's id.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Whose messages they are.</summary>
    public Guid OrgId => orgId;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another message belongs into another pack.</summary>
    public bool IsFull => _messages.WrittenCount >= Largest;

    /// <summary>Adds a message; its place is what <see cref="Count"/> was.</summary>
    public void Add(SentMessage sent)
    {
        var head = _messages.GetSpan(Head);
        BinaryPrimitives.WriteInt32LittleEndian(head, sent.Headers.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], sent.Body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], sent.BodyBytes);
        _messages.Advance(Head);
        _messages.Write(sent.Headers);
        _messages.Write(sent.Body);
        Count++;
    }

    /// <summary>The pack as it is stored.</summary>
    public byte[] ToArray()
    {
        if (_messages.WrittenCount < WorthPacking)
        {
            return [Plain, .. _messages.WrittenSpan];
        }

        using var packed = new MemoryStream(_messages.WrittenCount / 4);
        packed.WriteByte(Deflated);
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(_messages.WrittenSpan);
        }

        return packed.ToArray();
    }

    /// <summary>One message of a stored pack.</summary>
    /// <exception cref="InvalidDataException">It is no pack, or has fewer messages.</exception>
    public static SentMessage Read(byte[] pack, int place)
    {
        try
        {
            using var stored = new MemoryStream(pack, 1, pack.Length - 1, writable: false);
            using var messages = pack[0] switch
            {
                Plain => (Stream)stored,
                Deflated => new DeflateStream(stored, CompressionMode.Decompress),
                var form => throw new InvalidDataException($"A pack of messages has the form {form}, which this release does not know."),
            };
            var head = new byte[Head];
            for (var at = 0; ; at++)
            {
                messages.ReadExactly(head);
                var headers = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
                var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4))];
                messages.ReadExactly(headers);
                messages.ReadExactly(body);
                if (at == place)
                {
                    return new SentMessage(headers, body, BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8)));
                }
            }
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException($"A pack of {pack.Length} bytes has no message {place}.", error);
        }
    }
}
