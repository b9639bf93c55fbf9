using System.Runtime.InteropServices;

namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>Arguments in the library's own form.</summary>
internal sealed class SphinxArguments : IDisposable
{
    private readonly nint[] _texts;
    private readonly nint _vector;

    /// <exception cref="SphinxException">The library refuses the arguments.</exception>
    public SphinxArguments(nint definitions, params string[] arguments)
    {
        _texts = [.. arguments.Prepend("switchboard").Select(Marshal.StringToCoTaskMemUTF8)];
        _vector = Marshal.AllocHGlobal(nint.Size * _texts.Length);
        Marshal.Copy(_texts, 0, _vector, _texts.Length);
        Handle = SphinxNative.cmd_ln_parse_r(0, definitions, _texts.Length, _vector, strict: 1);
        if (Handle == 0)
        {
            Dispose();
            throw new SphinxException($"PocketSphinx refused its arguments: {string.Join(' ', arguments)}");
        }
    }

    public nint Handle { get; private set; }

    // Called once.
    public void Dispose()
    {
        if (Handle != 0)
        {
            _ = SphinxNative.cmd_ln_free_r(Handle);
            Handle = 0;
        }

        foreach (var text in _texts)
        {
            Marshal.FreeCoTaskMem(text);
        }

        Marshal.FreeHGlobal(_vector);
        Array.Clear(_texts);
    }
}

/// <summary>The native recogniser could not do what it was asked for.</summary>
public sealed class SphinxException(string message) : Exception(message);
