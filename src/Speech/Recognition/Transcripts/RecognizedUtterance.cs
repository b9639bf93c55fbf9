using System.Collections.Immutable;

namespace Switchboard.Speech.Recognition.Transcripts;

/// <summary>The words of one utterance of a file, and whether silence ended it; otherwise its length did, in the middle of a sentence.</summary>
internal readonly record struct RecognizedUtterance(ImmutableArray<RecognizedWord> Words, bool EndsSentence);
