using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dendrites.Cli;

/// <summary>How JSON is written: camel case, readable, characters as they are.</summary>
internal static class Json
{
    /// <summary>For documents.</summary>
    public static readonly JsonSerializerOptions Document = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>For one event a line.</summary>
    public static readonly JsonSerializerOptions Line = new(Document) { WriteIndented = false };
}
