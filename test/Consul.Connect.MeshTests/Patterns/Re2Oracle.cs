using System.Text;
using ConsulConnect.TestKit;

namespace ConsulConnect.MeshTests.Patterns;

/// <summary>RE2 itself: <c>test/tools/re2-oracle</c>, or the program that <c>RE2_ORACLE_BINARY</c> names.</summary>
internal static class Re2Oracle
{
    private static readonly Lazy<Task<string>> Found = new(() => new ProvisionedProgram("re2-oracle", "RE2_ORACLE_BINARY", "test/tools/re2-oracle/build-re2-oracle.sh").FindAsync());

    /// <summary>Asks it about patterns, each with its subjects. Skips the test (in CI: fails it) when there is none.</summary>
    public static async Task<List<Re2Answer>> AskAsync(IReadOnlyList<(string Pattern, string[] Subjects)> questions)
    {
        var folder = Directory.CreateTempSubdirectory("re2-");
        try
        {
            var (asked, answered) = (Path.Combine(folder.FullName, "in"), Path.Combine(folder.FullName, "out"));
            await using (var writer = new BinaryWriter(File.Create(asked)))
            {
                foreach (var (pattern, subjects) in questions)
                {
                    Write(writer, pattern);
                    writer.Write(subjects.Length);
                    foreach (var subject in subjects)
                        Write(writer, subject);
                }
            }

            await RunAsync("match", asked, answered);
            var bytes = await File.ReadAllBytesAsync(answered);
            var answers = new List<Re2Answer>(questions.Count);
            var at = 0;
            foreach (var (_, subjects) in questions)
            {
                answers.Add(new(bytes[at..(at + 1 + subjects.Length)]));
                at += 1 + subjects.Length;
            }

            Assert.Equal(bytes.Length, at);
            return answers;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The Unicode tables RE2 was built with.</summary>
    public static async Task<string> TablesAsync()
    {
        var file = Path.GetTempFileName();
        try
        {
            await RunAsync("tables", file);
            return await File.ReadAllTextAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await ChildProcess.RunAsync(await Found.Value, arguments, timeout: TimeSpan.FromMinutes(2));
        Assert.True(exitCode == 0, output);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}

/// <summary>What RE2 says of one pattern, as it is and behind <c>(?i)</c>, and of each subject.</summary>
internal sealed class Re2Answer(byte[] bytes)
{
    public bool Accepts => (bytes[0] & 1) != 0;

    public bool AcceptsIgnoringCase => (bytes[0] & 2) != 0;

    public bool Matches(int subject) => (bytes[subject + 1] & 1) != 0;

    public bool MatchesIgnoringCase(int subject) => (bytes[subject + 1] & 2) != 0;
}
