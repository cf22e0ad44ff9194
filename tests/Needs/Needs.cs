namespace Pos.Tests;

/// <summary>What a test needs and a machine may not have.</summary>
internal static class Needs
{
    /// <summary>Says never to skip: set where everything is installed, so that no test is left out unnoticed.</summary>
    private const string NeverSkip = "POS_TESTS_NEVER_SKIP";

    /// <summary>Skips the test that needs it, saying why; fails it where tests may not be skipped.</summary>
    public static void Missing(string why)
    {
        if (Environment.GetEnvironmentVariable(NeverSkip) is { Length: > 0 })
        {
            throw new InvalidOperationException($"{why} {NeverSkip} is set, so this is not skipped.");
        }

        Skip.If(true, why);
    }
}
