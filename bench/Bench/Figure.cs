namespace Switchboard.Bench;

/// <summary>One measured value and the bounds it is held against.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit, e.g. <c>ns</c>, <c>calls/s</c>, <c>times</c>.</param>
/// <param name="AtLeast">The smallest value that is good enough, or null.</param>
/// <param name="AtMost">The largest value that is good enough, or null.</param>
public sealed record Figure(string Name, double Value, string Unit, double? AtLeast, double? AtMost)
{
    /// <summary>Whether the value keeps its bounds; a figure without bounds always does. NaN never does.</summary>
    public bool Ok => !double.IsNaN(Value) && !(Value < AtLeast) && !(Value > AtMost);
}
