using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>A silo of a test.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    /// <summary>Its number.</summary>
    public short InstanceNumber { get; set; }

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its address.</summary>
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>Its address for clients.</summary>
    public SiloAddress GatewayAddress { get; set; } = SiloAddress.Zero;

    /// <summary>Whether it runs.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Stops it.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <summary>Stops it within a time.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <inheritdoc/>
    public override string ToString() => SiloAddress.ToString();

    /// <summary>Stops and releases it.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A silo in the process of the test.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _active = true;

    /// <summary>Its host.</summary>
    public IHost SiloHost { get; init; } = default!;

    /// <summary>Its services.</summary>
    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc/>
    public override bool IsActive => _active;

    /// <inheritdoc/>
    public override async Task StopSiloAsync(bool stopGracefully)
    {
        using var timeout = stopGracefully ? new CancellationTokenSource() : new CancellationTokenSource(TimeSpan.Zero);
        await StopSiloAsync(timeout.Token);
    }

    /// <inheritdoc/>
    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (_active)
        {
            _active = false;
            await SiloHost.StopAsync(ct);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await StopSiloAsync(stopGracefully: true);
        }
        finally
        {
            if (SiloHost is IAsyncDisposable host)
            {
                await host.DisposeAsync();
            }
            else
            {
                SiloHost.Dispose();
            }

            GC.SuppressFinalize(this);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
