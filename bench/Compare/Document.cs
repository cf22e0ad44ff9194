namespace Pos.Bench.Compare;

/// <summary><c>docs/benchmarks.md</c>: each benchmark writes its own section only. A quick trial is shown and not written.</summary>
internal static class Document
{
    public static async Task Write(string section, string markdown, Effort effort)
    {
        Console.WriteLine(markdown);
        if (effort.IsTrial)
        {
            return;
        }

        var file = Path.Combine(Root(), "docs", "benchmarks.md");
        var text = await File.ReadAllTextAsync(file);
        var (begin, end) = ($"<!-- {section} -->\n", $"<!-- end of {section} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"docs/benchmarks.md has no section '{section}'.");
        }

        await File.WriteAllTextAsync(file, string.Concat(text.AsSpan(0, from + begin.Length), markdown.Trim(), "\n", text.AsSpan(to)));
    }

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pos.Orleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The benchmark does not lie in the repository.");
    }
}
