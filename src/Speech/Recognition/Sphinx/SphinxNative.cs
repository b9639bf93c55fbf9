using System.Runtime.InteropServices;

namespace Switchboard.Speech.Recognition.Sphinx;

/// <summary>
/// The functions of PocketSphinx 0.8+5prealpha that are used, by soname: the development packages are not needed. An <c>int</c> is
/// int32, a frame of features is float32. A decoder or front end belongs to one thread at a time.
/// </summary>
internal static unsafe partial class SphinxNative
{
    private const string Base = "libsphinxbase.so.3";
    private const string Pocket = "libpocketsphinx.so.3";

    // Arguments, and what they cost: argv[0] is any name, and there has to be more than it, or the usage text is all that comes.
    [LibraryImport(Base)]
    public static partial nint cmd_ln_parse_r(nint inout, nint definitions, int argc, nint argv, int strict);

    [LibraryImport(Base)]
    public static partial int cmd_ln_free_r(nint arguments);

    [LibraryImport(Base)]
    public static partial double logmath_exp(nint logmath, int value);

    [LibraryImport(Base)]
    public static partial nint err_set_logfp(nint file);

    [LibraryImport(Base)]
    public static partial void cmn_live_set(nint cmn, float* means);

    [LibraryImport(Base)]
    public static partial void cmn_live_get(nint cmn, float* means);

    [LibraryImport(Base)]
    public static partial nint fe_get_args();

    [LibraryImport(Base)]
    public static partial nint fe_init_auto_r(nint arguments);

    [LibraryImport(Base)]
    public static partial int fe_get_output_size(nint frontEnd);

    [LibraryImport(Base)]
    public static partial void fe_start_stream(nint frontEnd);

    [LibraryImport(Base)]
    public static partial int fe_start_utt(nint frontEnd);

    [LibraryImport(Base)]
    public static partial int fe_process_frames(nint frontEnd, short** samples, nuint* count, float** rows, int* frames, int* first);

    [LibraryImport(Base)]
    public static partial byte fe_get_vad_state(nint frontEnd);

    [LibraryImport(Base)]
    public static partial int fe_free(nint frontEnd);

    [LibraryImport(Pocket)]
    public static partial nint ps_args();

    [LibraryImport(Pocket)]
    public static partial nint ps_init(nint arguments);

    [LibraryImport(Pocket)]
    public static partial int ps_free(nint decoder);

    [LibraryImport(Pocket)]
    public static partial nint ps_get_logmath(nint decoder);

    [LibraryImport(Pocket)]
    public static partial nint ps_get_feat(nint decoder);

    [LibraryImport(Pocket)]
    public static partial int ps_start_stream(nint decoder);

    [LibraryImport(Pocket)]
    public static partial int ps_start_utt(nint decoder);

    [LibraryImport(Pocket)]
    public static partial int ps_end_utt(nint decoder);

    [LibraryImport(Pocket)]
    public static partial int ps_process_raw(nint decoder, short* samples, nuint count, int noSearch, int fullUtterance);

    [LibraryImport(Pocket)]
    public static partial nint ps_get_hyp(nint decoder, int* score);

    [LibraryImport(Pocket)]
    public static partial nint ps_seg_iter(nint decoder);

    [LibraryImport(Pocket)]
    public static partial nint ps_seg_next(nint segment);

    [LibraryImport(Pocket)]
    public static partial nint ps_seg_word(nint segment);

    [LibraryImport(Pocket)]
    public static partial void ps_seg_frames(nint segment, int* start, int* end);

    [LibraryImport(Pocket)]
    public static partial int ps_seg_prob(nint segment, int* acoustic, int* language, int* back);

    private static readonly Lazy<bool> _available = new(Load);

    /// <summary>Whether the libraries are there; the first call silences them (their log is one file for the process).</summary>
    public static bool IsAvailable => _available.Value;

    private static bool Load()
    {
        if (!NativeLibrary.TryLoad(Base, out _) || !NativeLibrary.TryLoad(Pocket, out _))
        {
            return false;
        }

        // Never by the argument -logfn: decoders that are made at the same time then close the same file twice, and the process stands still.
        err_set_logfp(0);
        return true;
    }
}
