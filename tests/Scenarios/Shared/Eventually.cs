namespace Pos.Tests;

/// <summary>Waits for an answer that comes by itself.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks again and again until the answer is as wished.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="wished">Whether the answer is as wished.</param>
    /// <param name="patience">The longest wait.</param>
    /// <param name="still">Describes an answer that is not, for the failure of the test.</param>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> wished, TimeSpan patience, Func<T, string> still)
    {
        using var pause = new PeriodicTimer(Pause);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wished(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < patience, $"After {patience}: {still(answer)}");
            await pause.WaitForNextTickAsync();
        }
    }
}
