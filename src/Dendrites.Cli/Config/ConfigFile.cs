using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Dendrites.Cli;

/// <summary>Reads a TOML file of run keys: the same keys as --set, and `preset`.</summary>
internal static class ConfigFile
{
    /// <summary>The settings of the file, in order, each with its line.</summary>
    public static List<Setting> Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadConfig, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The settings in <paramref name="text"/>; <paramref name="path"/> is for errors.</summary>
    public static List<Setting> Parse(string text, string path)
    {
        var document = Document(text, path);

        foreach (var table in document.Tables)
        {
            throw Failure.BadConfig(
                $"{Place(path, table.Span)}: [{table.Name?.ToString().Trim()}] is a table; "
                + "accepted: keys without tables, such as tasks = 5");
        }

        return [.. document.KeyValues.Select(pair => Read(pair, path))];
    }

    /// <summary>The syntax of <paramref name="text"/>; fails with the first error and its line.</summary>
    public static DocumentSyntax Document(string text, string path)
    {
        var document = SyntaxParser.Parse(text, path, validate: true);
        if (!document.HasErrors) return document;
        var first = document.Diagnostics.First(message => message.Kind == DiagnosticMessageKind.Error);
        throw Failure.BadConfig($"{Place(path, first.Span)}: {first.Message}");
    }

    /// <summary>A pair as a setting, with its line.</summary>
    public static Setting Read(KeyValueSyntax pair, string path)
    {
        var (key, place) = (Key(pair), Place(path, pair.Span));
        return new Setting(key, Text(pair.Value, key, place), place);
    }

    public static string Key(KeyValueSyntax pair) => pair.Key?.ToString().Trim().Trim('"', '\'') ?? "";

    /// <summary>A value as the text that a key reads.</summary>
    public static string Text(ValueSyntax? value, string key, string place) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        FloatValueSyntax number => number.Value.ToString("R", CultureInfo.InvariantCulture),
        BooleanValueSyntax flag => flag.Value ? "true" : "false",
        ArraySyntax array => string.Join(',', array.Items.Select(item => Text(item.Value, key, place))),
        _ => throw Failure.BadConfig(
            $"{place}: {key} is of a type that no key takes; accepted: a string, a number, a truth value or a list of them"),
    };

    /// <summary>Such as "sweep.toml line 3".</summary>
    public static string Place(string path, SourceSpan span) => $"{path} line {span.Start.Line + 1}";
}
