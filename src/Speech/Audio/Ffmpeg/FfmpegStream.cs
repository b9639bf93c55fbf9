using System.Buffers;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Switchboard.Grains.Speech.Wire;

namespace Switchboard.Speech.Audio.Ffmpeg;

/// <summary>
/// One stream on its way through a child process. The child's output is read while its input is written; a receiver that waits makes
/// the child wait, and that the writer. Disposing kills the child if it still runs.
/// </summary>
internal sealed class FfmpegStream : IAsyncDisposable
{
    private const int ErrorBytesKept = 2048;

    private readonly AudioContainer _container;
    private readonly AudioRequest _request;
    private readonly ISampleSink _sink;
    private readonly FfmpegOptions _options;
    private readonly Fence _fence;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _outputEnded = new();
    private readonly SpoolFile? _spool;
    private Process? _process;
    private Task _output = Task.CompletedTask;
    private Task<string> _errors = Task.FromResult("");
    private SampleFront? _front;
    private bool _inputClosed;

    public FfmpegStream(
        AudioContainer container, AudioRequest request, ISampleSink sink, FfmpegOptions options, Fence fence, TimeProvider time, ILogger logger)
    {
        (_container, _request, _sink, _options, _fence, _time, _logger) = (container, request, sink, options, fence, time, logger);

        // An MP4 whose index comes last gives nothing, and no error, when it is read from a pipe.
        if (container is AudioContainer.Mp4 && request.MaySpool)
        {
            _spool = new SpoolFile(options);
        }
    }

    public long Samples => _front?.Samples ?? 0;

    public int Channels => _front?.Channels ?? 1;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_spool is not null)
        {
            await _spool.WriteAsync(bytes, cancellation);
            return;
        }

        Start(file: null);
        if (_output.IsCompleted)
        {
            // What the child did not like, or the receiver.
            await FinishAsync(cancellation);
            return;
        }

        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _outputEnded.Token);
        try
        {
            await _process!.StandardInput.BaseStream.WriteAsync(bytes, stopped.Token);
            await _process.StandardInput.BaseStream.FlushAsync(stopped.Token);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException
            || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            await FinishAsync(cancellation);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        if (_spool is not null)
        {
            await _spool.CompleteAsync(cancellation);
        }

        Start(_spool?.Path);
        await FinishAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_process is not null)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended.
            }

            await _output.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)_errors).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _process.Dispose();
        }

        _spool?.Dispose();
        _stop.Dispose();
        _outputEnded.Dispose();
    }

    private void Start(string? file)
    {
        if (_process is not null)
        {
            return;
        }

        _process = Process.Start(FfmpegCommand.Build(_options, _fence, FfmpegCommand.Decode(_container, _request.Multichannel, file)))!;
        _output = ReadOutputAsync(_process.StandardOutput.BaseStream, _stop.Token);
        _errors = ReadErrorsAsync(_process.StandardError.BaseStream, _stop.Token);
        if (file is not null)
        {
            CloseInput();
        }
    }

    private async Task FinishAsync(CancellationToken cancellation)
    {
        CloseInput();
        using var late = new CancellationTokenSource(_options.FinishWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await _output.WaitAsync(either.Token);
            await _process!.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new AudioRejectedException($"decoding took longer than {_options.FinishWithin.TotalSeconds:0} s after the last byte");
        }

        var errors = await _errors.WaitAsync(cancellation);
        if (_process.ExitCode != 0 || Samples == 0)
        {
            FfmpegLog.Ended(_logger, _process.ExitCode, Samples, _container, errors);
        }

        if (Samples == 0)
        {
            // Also with exit code 0, see the constructor. Its words name no path of ours but may name much else: they stay in the log.
            throw new AudioRejectedException($"no samples could be decoded from what looks like {_container}");
        }
    }

    private void CloseInput()
    {
        if (_inputClosed)
        {
            return;
        }

        _inputClosed = true;
        try
        {
            _process!.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything.
        }
    }

    private async Task ReadOutputAsync(Stream output, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            var wav = new WavReader();
            var samples = new ArrayBufferWriter<short>();
            int read;
            while ((read = await output.ReadAsync(buffer, cancellation)) > 0)
            {
                wav.Read(buffer.AsSpan(0, read), samples);
                if (samples.WrittenCount == 0)
                {
                    continue;
                }

                _front ??= new SampleFront(wav.Format!.Value, _request.Multichannel, _sink);
                await _front.AcceptAsync(samples.WrittenMemory, cancellation);
                samples.ResetWrittenCount();
                if (Samples > (long)_options.MaximumSeconds * Resampler.Rate)
                {
                    throw new AudioRejectedException(SpeechError.TooLarge($"{_options.MaximumSeconds} seconds"));
                }
            }

            if (_front is not null)
            {
                await _front.CompleteAsync(cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);

            // Whoever writes must not wait for a child that waits for us.
            await _outputEnded.CancelAsync();
        }
    }

    // Everything is read, or a child with much to complain about would stand still; the beginning is kept.
    private static async Task<string> ReadErrorsAsync(Stream errors, CancellationToken cancellation)
    {
        var kept = new byte[ErrorBytesKept];
        var length = 0;
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await errors.ReadAsync(buffer, cancellation)) > 0)
            {
                var take = Math.Min(read, kept.Length - length);
                buffer.AsSpan(0, take).CopyTo(kept.AsSpan(length));
                length += take;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The stream was given up; what came until then is enough.
        }

        return Encoding.UTF8.GetString(kept, 0, length).Trim();
    }
}
