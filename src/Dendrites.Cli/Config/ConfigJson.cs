using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dendrites.Cli;

/// <summary>Configurations as typed JSON, and back.</summary>
internal static class ConfigJson
{
    /// <summary>Keys that are lists even when they hold one value.</summary>
    private static readonly HashSet<string> Lists = ["hidden"];

    /// <summary>The configuration as a JSON object: numbers, truth values, lists of numbers, strings.</summary>
    public static JsonObject Of(RunConfig config) => Of(Configuration.Entries(config));

    /// <summary>Keys and their values as a JSON object.</summary>
    public static JsonObject Of(IEnumerable<(string Key, string Value)> entries) =>
        new(entries.Select(entry => KeyValuePair.Create(entry.Key, Typed(entry.Key, entry.Value))));

    /// <summary>The configuration that a JSON object of all keys describes, on top of the preset's fields.</summary>
    public static RunConfig Read(JsonObject json, RunConfig preset) =>
        Configuration.Apply(preset, Settings(json));

    /// <summary>The settings that a JSON object of keys stands for.</summary>
    public static IEnumerable<Setting> Settings(JsonObject json) =>
        json.Select(pair => new Setting(pair.Key, Text(pair.Value), RunFolder.RecordName));

    /// <summary>SHA-256 of the canonical JSON: the same for the same run, whatever the spelling of its settings.</summary>
    public static string Digest(RunConfig config) => Digest(Of(config));

    /// <summary>The same of a configuration that is JSON already.</summary>
    public static string Digest(JsonObject config) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(config.ToJsonString())));

    private static JsonNode? Typed(string key, string text) => text switch
    {
        "true" or "false" => JsonValue.Create(text == "true"),
        _ when Lists.Contains(key) || text.Contains(',') => Array(text),
        _ when IsNumber(text) => JsonNode.Parse(text),
        _ => JsonValue.Create(text),
    };

    private static JsonNode Array(string text)
    {
        var parts = text.Split(',');
        return System.Array.TrueForAll(parts, IsNumber)
            ? new JsonArray([.. parts.Select(part => JsonNode.Parse(part))])
            : JsonValue.Create(text);
    }

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        && (char.IsAsciiDigit(text[0]) || text[0] == '-');

    /// <summary>A value of a key as the key reads it.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        JsonArray array => string.Join(',', array.Select(Text)),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        null => "",
        _ => node.ToJsonString(),
    };
}
