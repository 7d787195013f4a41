using System.IO.Compression;

namespace Dendrites.Cli;

/// <summary>A public folder with the gzip files.</summary>
internal sealed class Mirror(Uri address) : ISource
{
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(4);

    /// <summary>A file that takes longer than this comes sooner from elsewhere.</summary>
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(3);

    public string Name => address.Host;

    public void Fetch(DataFile[] wanted, Action<DataFile, System.IO.Stream> keep, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = Connect };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };

        foreach (var file in wanted)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Answer);

            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, file.Name + ".gz"));
                using var answer = client.Send(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (!answer.IsSuccessStatusCode) throw new SourceException($"answered {(int)answer.StatusCode}");
                limit.CancelAfter(Whole);
                using var body = answer.Content.ReadAsStream(limit.Token);
                using var cut = limit.Token.Register(answer.Dispose);
                using var content = file.Zipped ? body : new GZipStream(body, CompressionMode.Decompress);
                keep(file, content);
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
            {
                cancel.ThrowIfCancellationRequested();
                throw new SourceException(limit.IsCancellationRequested ? "no answer in time" : Reason(e), e);
            }
        }
    }

    private static string Reason(Exception e) => e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http
        ? http.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name cannot be resolved",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.SecureConnectionError => "no secure connection",
            var error => error.ToString(),
        }
        : e.Message;
}
