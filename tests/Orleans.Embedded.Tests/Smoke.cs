namespace Orleans.Embedded.Tests;
public class Smoke
{
    [Fact]
    public void The_test_host_runs() => (1 + 1).ShouldBe(2);
}
