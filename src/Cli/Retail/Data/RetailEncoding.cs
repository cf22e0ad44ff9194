using System.CommandLine;
using System.Text;

namespace Pos.Cli.Retail.Data;

/// <summary>The encoding of a file. Bytes that mean nothing in it are refused, because replaced by question marks they would become names of products.</summary>
internal static class RetailEncoding
{
    private const string Default = "utf-8";

    /// <summary>UTF-8 that refuses invalid bytes.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary><c>--encoding</c>.</summary>
    public static Option<string> Option { get; } = Options.Checked(
        new Option<string>("--encoding")
        {
            Description = "The encoding of the file: utf-8, windows-1252, iso-8859-1, shift_jis, … A byte order mark in the file overrides it.",
            DefaultValueFactory = _ => Default,
        },
        text => Named(text) is not null,
        $"--encoding is the name of a text encoding, for example {Default} or windows-1252.");

    /// <summary>The encoding with this name; null when there is none.</summary>
    public static Encoding? Named(string name)
    {
        try
        {
            return (CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)) is { CodePage: not 65000 } encoding ? encoding : null;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A message with the first line that is not in the encoding, and with the remedy.</summary>
    public static string Fault(string path, Encoding encoding)
    {
        var line = 0;
        foreach (var bytes in Lines(File.ReadAllBytes(path)))
        {
            line++;
            try
            {
                encoding.GetCharCount(bytes);
            }
            catch (DecoderFallbackException fault)
            {
                var unread = string.Join(' ', (fault.BytesUnknown ?? []).Select(one => one.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
                return $"{path} line {line} is not {encoding.WebName} (byte {fault.Index + 1} of the line: {unread}). Save the file as UTF-8, or name its encoding, for example --encoding windows-1252.";
            }
        }

        return $"{path} is not {encoding.WebName}. Save it as UTF-8, or name its encoding, for example --encoding windows-1252.";
    }

    private static IEnumerable<byte[]> Lines(byte[] file)
    {
        for (var begin = 0; begin < file.Length;)
        {
            var end = Array.IndexOf(file, (byte)'\n', begin);
            end = end < 0 ? file.Length : end + 1;
            yield return file[begin..end];
            begin = end;
        }
    }
}
