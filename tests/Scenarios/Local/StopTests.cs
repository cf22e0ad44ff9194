using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>A program that is stopped while it starts.</summary>
public sealed class StopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task a_silo_that_is_stopped_before_its_start_is_over_ends_without_a_stack_trace()
    {
        var folder = Directory.CreateTempSubdirectory("pos-stop-");
        try
        {
            using var silo = ServerProcess.Begin(
                "Silo", folder.FullName, ServerProcess.FreeAddress(), [new("Orleans:Endpoints:SiloPort", "0"), new("Orleans:Endpoints:GatewayPort", "0")]);
            await silo.FirstLine();
            await silo.Stop();
            output.WriteLine(silo.Said);
            Assert.DoesNotContain("Unhandled exception", silo.Said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
