using System.Buffers;
using System.IO.Pipelines;

namespace Switchboard.Gateway.Imports;

/// <summary>
/// Takes a body apart into lines as it comes in. Holds at most one line of the greatest length, whatever the body's; a longer line is passed
/// over and comes as null.
/// </summary>
/// <param name="pipe">The body.</param>
/// <param name="longest">The greatest length of a line in bytes, without its end.</param>
/// <param name="most">How many bytes the body may have.</param>
internal sealed class LineReader(PipeReader pipe, int longest, long most)
{
    private bool _skipping;
    private bool _ended;
    private long _bytes;

    /// <summary>Whether the body turned out to be larger than allowed; no line comes after that.</summary>
    public bool TooLarge => _bytes > most;

    /// <summary>Adds the next lines, at least one; false at the end. Does not wait for more than what is there once it has one.</summary>
    public async ValueTask<bool> ReadAsync(List<byte[]?> lines, int atMost, CancellationToken cancellationToken)
    {
        while (!_ended && !TooLarge)
        {
            ReadResult result;
            if (lines.Count == 0)
            {
                result = await pipe.ReadAsync(cancellationToken);
            }
            else if (!pipe.TryRead(out result))
            {
                break;
            }

            var rest = Take(result.Buffer, lines, atMost);
            if (result.IsCompleted && lines.Count < atMost)
            {
                TakeLast(rest, lines);
                rest = rest.Slice(rest.End);
                _ended = true;
            }

            _bytes += result.Buffer.Length - rest.Length;
            pipe.AdvanceTo(rest.Start, lines.Count < atMost ? result.Buffer.End : rest.Start);
            if (lines.Count >= atMost)
            {
                break;
            }
        }

        if (TooLarge)
        {
            lines.Clear();
        }

        return lines.Count > 0;
    }

    private ReadOnlySequence<byte> Take(ReadOnlySequence<byte> buffer, List<byte[]?> lines, int atMost)
    {
        while (lines.Count < atMost && buffer.PositionOf((byte)'\n') is { } end)
        {
            Add(buffer.Slice(0, end), lines);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }

        if (lines.Count < atMost && buffer.Length > longest)
        {
            _skipping = true;
            buffer = buffer.Slice(buffer.End);
        }

        return buffer;
    }

    private void TakeLast(ReadOnlySequence<byte> rest, List<byte[]?> lines)
    {
        if (_skipping || !rest.IsEmpty)
        {
            Add(rest, lines);
        }
    }

    private void Add(ReadOnlySequence<byte> line, List<byte[]?> lines)
    {
        lines.Add(_skipping || line.Length > longest ? null : line.ToArray());
        _skipping = false;
    }
}
