using System.Security.Cryptography;

namespace ConsulConnect.Certificates;

/// <summary>A small file, read whole.</summary>
internal static class PemFile
{
    private const int MaxBytes = 1024 * 1024;

    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        if (file.Length > MaxBytes)
            throw new IOException($"the file {path} is larger than 1 MiB");
        var content = new byte[file.Length];
        try
        {
            await file.ReadExactlyAsync(content, cancellationToken);
            return content;
        }
        catch
        {
            // It may be a part of a key.
            CryptographicOperations.ZeroMemory(content);
            throw;
        }
    }
}
