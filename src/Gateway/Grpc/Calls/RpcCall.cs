using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Switchboard.Gateway.Grpc.Binding;
using Switchboard.Gateway.Grpc.Frames;
using Switchboard.Gateway.Grpc.Web;

namespace Switchboard.Gateway.Grpc.Calls;

/// <summary>
/// One call: the client's messages and metadata, the answers, the deadline, and its one end. Messages are written by one task at a
/// time. When the deadline passes, the client is answered at once and nothing is written afterwards, but the call lasts until the
/// method has returned: it still holds the request.
/// </summary>
internal sealed class RpcCall : ServerCallContext, IDisposable
{
    private readonly HttpContext _http;
    private readonly RpcMethod _method;
    private readonly RpcFrame _frame;
    private readonly CallFormat _format;
    private readonly GrpcInstruments.MethodMeter _meter;
    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly bool _gzip;
    private CancellationTokenSource? _deadline;
    private CancellationTokenSource? _cancelled;
    private CancellationToken _token;
    private DateTime _expires = DateTime.MaxValue;
    private CancellationTokenRegistration _expiring;
    private Task _expiry = Task.CompletedTask;
    private Metadata? _requestHeaders;
    private Metadata? _trailers;
    private Dictionary<object, object>? _userState;
    private Status _status = Status.DefaultSuccess;
    private int _ended;

    public RpcCall(HttpContext http, RpcMethod method, CallFormat format, string encoding, GrpcInstruments.MethodMeter meter, RpcFrame frame)
    {
        (_http, _method, _format, _meter, _frame) = (http, method, format, meter, frame);
        _token = http.RequestAborted;
        var body = format == CallFormat.WebText ? PipeReader.Create(new Base64Body(http.Request.Body)) : http.Request.BodyReader;
        _reader = new MessageReader(body, encoding, frame.Options.MaxReceiveBytes);
        _writer = new MessageWriter(http.Response.BodyWriter, format, frame.Options.MaxSendBytes, frame.Options.CompressFromBytes);
        _gzip = frame.Options.CompressFromBytes > 0 && Compression.TakesGzip(http.Request.Headers[ProtocolHeaders.AcceptEncoding]);
    }

    /// <summary>The connection. The deadline may have ended its response: write through the call.</summary>
    public HttpContext Http => _http;

    /// <summary>How the call ended, for metrics; success while it has not.</summary>
    public StatusCode Outcome { get; private set; }

    protected override string MethodCore => _method.Path;

    protected override string HostCore => _http.Request.Host.Value ?? "";

    protected override string PeerCore => PeerOf(_http.Connection.RemoteIpAddress, _http.Connection.RemotePort);

    protected override DateTime DeadlineCore => _expires;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= MetadataHeaders.Read(_http.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _token;

    protected override Metadata ResponseTrailersCore => _trailers ??= new Metadata();

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override IDictionary<object, object> UserStateCore => _userState ??= [];

    /// <summary>Lets the call end by itself after a time.</summary>
    public void ExpireAfter(TimeSpan timeout)
    {
        _expires = _frame.Time.GetUtcNow().UtcDateTime + timeout;
        _deadline = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, _frame.Time) : new CancellationTokenSource();
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(_http.RequestAborted, _deadline.Token);
        _token = _cancelled.Token;
        _expiring = _deadline.Token.UnsafeRegister(static call => ((RpcCall)call!).Expire(), this);
        if (timeout <= TimeSpan.Zero)
        {
            _deadline.Cancel();
        }
    }

    /// <summary>Reads the client's next message; null when it has no more.</summary>
    public async ValueTask<IMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == _token)
        {
            return Count(await _reader.ReadAsync(_method.RequestParser, _token));
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(_token, cancellationToken);
        return Count(await _reader.ReadAsync(_method.RequestParser, either.Token));
    }

    /// <summary>Reads the client's one message.</summary>
    public async ValueTask<IMessage> ReadOnlyOneAsync() => Count(await _reader.ReadOnlyOneAsync(_method.RequestParser, _token))!;

    /// <summary>Takes the last message; it goes out with the status.</summary>
    public async ValueTask AppendLastAsync(IMessage message)
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            if (Volatile.Read(ref _ended) == 0 && _status.StatusCode == StatusCode.OK)
            {
                Append(message, WriteOptionsCore);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends a message; completes when the client's window has room for it.</summary>
    /// <exception cref="OperationCanceledException">The client is gone, or the deadline has passed.</exception>
    public async Task WriteAsync(IMessage message, WriteOptions? options, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _token.ThrowIfCancellationRequested();
            if (Volatile.Read(ref _ended) != 0)
            {
                throw new InvalidOperationException("The call has ended; nothing can be written any more.");
            }

            Append(message, options);
            if (options?.Flags.HasFlag(WriteFlags.BufferHint) != true)
            {
                await FlushAsync();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends the call, unless it has ended; the client gets the status and the trailers.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="more">Trailers beside the method's own.</param>
    public Task EndAsync(Status status, Metadata? more = null) => EndAsync(status, more, whileWorking: false);

    /// <summary>Completes when a deadline that has passed has been answered; one that has not cannot pass any more.</summary>
    public async ValueTask StopExpiryAsync()
    {
        await _expiring.DisposeAsync();
        await _expiry;
    }

    /// <summary>Whether the deadline has passed.</summary>
    public bool Expired => _deadline?.IsCancellationRequested == true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _deadline?.Dispose();
        _cancelled?.Dispose();
        _writing.Dispose();
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        await _writing.WaitAsync(_token);
        try
        {
            if (_http.Response.HasStarted)
            {
                throw new InvalidOperationException("The response's headers have been sent already.");
            }

            MetadataHeaders.Append(_http.Response.Headers, responseHeaders);
            AnnounceEncoding();
            await FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Append(IMessage message, WriteOptions? options)
    {
        AnnounceEncoding();
        _writer.Write(message, _gzip && options?.Flags.HasFlag(WriteFlags.NoCompress) != true);
        _meter.Sent();
    }

    // Once for the whole answer, whether or not a message turns out to be worth it.
    private void AnnounceEncoding()
    {
        if (_gzip && !_writer.HasWritten && !_http.Response.HasStarted)
        {
            _http.Response.Headers[ProtocolHeaders.Encoding] = Compression.Gzip;
        }
    }

    private async ValueTask FlushAsync()
    {
        var flushed = await _writer.FlushAsync(_token);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException("The client is gone.", _http.RequestAborted);
        }
    }

    private IMessage? Count(IMessage? message)
    {
        if (message is not null)
        {
            _meter.Received();
        }

        return message;
    }

    // The handler may be anywhere; the answer goes out beside it.
    private void Expire() =>
        _expiry = EndAsync(new Status(StatusCode.DeadlineExceeded, "the deadline has passed"), null, whileWorking: true);

    private async Task EndAsync(Status status, Metadata? more, bool whileWorking)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        Outcome = status.StatusCode;
        await _writing.WaitAsync();
        try
        {
            if (_http.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            // What the method has collected goes along, unless it may still be adding to it.
            var trailers = whileWorking ? new Metadata() : _trailers ?? new Metadata();
            foreach (var entry in more ?? new Metadata())
            {
                trailers.Add(entry);
            }

            CallEnding.Write(_http, _format, _writer, status, trailers);
            if (whileWorking)
            {
                await _http.Response.CompleteAsync();
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone, or its window was full when the deadline passed and the stream was reset.
        }
        finally
        {
            _writing.Release();
        }
    }

    private static string PeerOf(IPAddress? address, int port) => address switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"ipv6:[{address}]:{port}",
        _ => $"ipv4:{address}:{port}",
    };
}
