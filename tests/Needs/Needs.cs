namespace Pos.Tests;

/// <summary>Programs that a test needs and a machine may lack.</summary>
internal static class Needs
{
    /// <summary>The variable that forbids skipping. It is set where everything is installed, so that no test is left out unnoticed.</summary>
    private const string NeverSkip = "POS_TESTS_NEVER_SKIP";

    /// <summary>Skips the test and says why. Fails the test where tests may not be skipped.</summary>
    public static void Missing(string why)
    {
        if (Environment.GetEnvironmentVariable(NeverSkip) is { Length: > 0 })
        {
            throw new InvalidOperationException($"{why} {NeverSkip} is set, so this is not skipped.");
        }

        Skip.If(true, why);
    }
}
