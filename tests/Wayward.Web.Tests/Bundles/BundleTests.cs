using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Wayward.Core.Resolvers;
using Wayward.Engine;
using Wayward.Engine.Bundles;
using Wayward.Testing;
using Wayward.Web.Api;
using Wayward.Web.Bundles;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Bundles;

/// <summary>A server with findings on a seeded fleet, and a signed bundle of each of a hundred of them.</summary>
public sealed class BundleFixture : IAsyncLifetime
{
    private const int Seed = 20_261_201;
    internal const int Count = 100;

    internal TestHost Host { get; private set; } = null!;
    internal IReadOnlyList<MadeBundle> Bundles { get; private set; } = [];
    internal (string Private, string Public) Key { get; } = BundleKey.Create();

    public async ValueTask InitializeAsync()
    {
        Host = await TestHost.StartAsync(Fill);
        var rows = await Host.FindingsAsync(Count);
        Assert.True(rows.Count >= Count, $"seed {Seed}: {rows.Count} findings");
        List<MadeBundle> bundles = [];
        foreach (var row in rows.OrderBy(r => r.Id, StringComparer.Ordinal).Take(Count))
            bundles.Add((await Host.Get<BundleService>().OfFindingAsync(row.Id, "Test Analyst", BundleKey.ReadPrivate(Key.Private), TestContext.Current.CancellationToken))!);
        Bundles = bundles;
    }

    /// <summary>Thirty days of twenty-four instances in groups, each with a usual resolver and five first contacts.</summary>
    private static void Fill(string folder)
    {
        var random = new Random(Seed);
        var world = new World(30);
        DnsTransport[] transports = [DnsTransport.Dns, DnsTransport.Dns, DnsTransport.DoT, DnsTransport.DoQ];
        string[] known = ["8.8.8.8", "1.1.1.1", "9.9.9.9", "94.140.14.14", "208.67.222.222"];
        for (int i = 0; i < 24; i++)
        {
            var instance = world.Instance($"web-{i}").InAsg(i % 3 == 0 ? "api" : "web").InSubnet("subnet-00000001").Asks("1.0.0.1").Daily();
            for (int j = 0; j < 5; j++)
            {
                string target = random.Next(2) == 0 ? known[random.Next(known.Length)] : string.Create(CultureInfo.InvariantCulture, $"203.{random.Next(110, 125)}.{random.Next(1, 250)}.{random.Next(1, 250)}");
                var asked = instance.Asks(target, transports[random.Next(transports.Length)]);
                if (random.Next(4) == 0) asked.Unanswered();
                asked.On([.. Enumerable.Range(0, random.Next(1, 5)).Select(k => 9 + j * 3 + random.NextDouble() + k * 0.04)]);
            }
        }
        int number = 0;
        foreach (var lines in world.Objects())
        {
            string path = Path.Combine(folder, "AWSLogs", "111122223333", "vpcflowlogs", "eu-central-1", string.Create(CultureInfo.InvariantCulture, $"111122223333_vpcflowlogs_eu-central-1_fl-0123456789abcdef0_{number++:00}.log.gz"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => l.ToText(LineFormat.V11)).Prepend(FlowLine.Header(LineFormat.V11))) + "\n"));
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

public sealed class BundleTests(BundleFixture fixture) : IClassFixture<BundleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Dictionary<string, byte[]> Open(MadeBundle bundle) => BundleArchive.Read(new MemoryStream(bundle.Content));

    private async Task<BundleVerdict> VerifyAsync(Dictionary<string, byte[]> files, bool signed = true, BundleOrigin? origin = null) =>
        await new BundleVerifier(files, signed ? BundleKey.ReadPublic(fixture.Key.Public) : null, origin).VerifyAsync(Cancellation);

    [Fact]
    public async Task A_hundred_bundles_hold_without_a_store()
    {
        foreach (var bundle in fixture.Bundles)
        {
            var verdict = await VerifyAsync(Open(bundle));
            Assert.True(verdict.Holds, string.Join('\n', verdict.Problems));
            Assert.Contains(verdict.Notes, n => n.Contains("follows from the lines of the bundle", StringComparison.Ordinal));
            Assert.Contains(verdict.Notes, n => n.StartsWith("signed with the key", StringComparison.Ordinal));
            // Everything that the finding says follows from its lines.
            Assert.All(bundle.Manifest.Findings, f => Assert.Empty(f.Outside));
        }
    }

    private static readonly (string Name, bool Signed, Func<Tampering, string> Change)[] Changes =
    [
        ("a byte in a raw line", true, t => t.ChangeLine(repair: false)),
        ("a line removed", true, t => t.RemoveLine(repair: false)),
        ("a parameter", true, t => t.ChangeParameter(repair: false)),
        ("the catalogue", true, t => t.ChangeCatalog(repair: false)),
        ("the finding", true, t => t.ChangeFinding(repair: false)),
        ("the signature", true, t => t.ChangeSignature()),
        ("a report", true, t => t.ChangeReport()),
        ("a parameter and the manifest, of a signed bundle", true, t => t.ChangeParameter(repair: true) is var _ ? "the signature does not fit" : ""),
        // Whoever repairs all hashes of a bundle without signature still cannot make the finding follow from other lines.
        ("a byte in a raw line, repaired", false, t => t.ChangeLine(repair: true)),
        ("a line removed, repaired", false, t => t.RemoveLine(repair: true)),
        ("a parameter, repaired", false, t => t.ChangeParameter(repair: true)),
        ("the catalogue, repaired", false, t => t.ChangeCatalog(repair: true)),
        ("the finding, repaired", false, t => t.ChangeFinding(repair: true)),
    ];

    [Fact]
    public async Task A_hundred_tampered_bundles_are_rejected_and_what_was_changed_is_named()
    {
        int number = 0;
        foreach (var bundle in fixture.Bundles)
        {
            var (name, signed, change) = Changes[number++ % Changes.Length];
            var files = Open(bundle);
            var tampering = new Tampering(files, bundle.Manifest, new Random(number));
            if (!signed) tampering.Unsign();
            Assert.True((await VerifyAsync(files, signed)).Holds, "the bundle held before it was changed");
            string expected = change(tampering);
            var verdict = await VerifyAsync(files, signed);
            Assert.False(verdict.Holds, $"{name}: {bundle.Manifest.Findings[0].Id}");
            Assert.True(verdict.Problems.Any(p => p.Contains(expected, StringComparison.Ordinal)), $"{name}: '{expected}' is not among\n{string.Join('\n', verdict.Problems)}");
        }
    }

    [Fact]
    public async Task Another_key_a_removed_signature_and_an_added_file_are_named()
    {
        var files = Open(fixture.Bundles[0]);
        var other = await new BundleVerifier(files, BundleKey.ReadPublic(BundleKey.Create().PublicPem), null).VerifyAsync(Cancellation);
        Assert.Contains(other.Problems, p => p.StartsWith("signed with another key", StringComparison.Ordinal));
        files.Remove(BundleArchive.Signature);
        files["extra.txt"] = [1];
        files.Remove(BundleContent.Rules);
        var verdict = await VerifyAsync(files);
        Assert.Contains(verdict.Problems, p => p.StartsWith("the signature was removed", StringComparison.Ordinal));
        Assert.Contains(verdict.Problems, p => p.StartsWith("extra.txt was added", StringComparison.Ordinal));
        Assert.Contains("rules.json was removed", verdict.Problems);
        files.Remove(BundleArchive.Manifest);
        Assert.Equal(["manifest.json is missing"], (await VerifyAsync(files)).Problems);
    }

    [Fact]
    public async Task The_objects_at_their_source_are_compared()
    {
        using var copy = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(fixture.Host.Source, "*", SearchOption.AllDirectories)) copy.Write(Path.GetRelativePath(fixture.Host.Source, file), File.ReadAllBytes(file));
        using var origin = new BundleOrigin(new SourceOptions { Path = copy.FullName });
        var bundle = fixture.Bundles[1];
        var verdict = await VerifyAsync(Open(bundle), origin: origin);
        Assert.True(verdict.Holds, string.Join('\n', verdict.Problems));
        Assert.Contains($"{bundle.Manifest.Objects.Count} of {bundle.Manifest.Objects.Count} objects are the same at the source", verdict.Notes);

        // A forger who repairs everything in the bundle is caught here.
        var forged = Open(bundle);
        var tampering = new Tampering(forged, bundle.Manifest, new Random(1));
        tampering.Unsign();
        tampering.ChangeLine(repair: true);
        Assert.Contains((await VerifyAsync(forged, signed: false, origin)).Problems, p => p.Contains("reads otherwise at the source", StringComparison.Ordinal));

        File.Delete(copy.Combine(bundle.Manifest.Objects[0].Key));
        File.AppendAllText(copy.Combine(bundle.Manifest.Objects[1].Key), "x");
        var problems = (await VerifyAsync(Open(bundle), origin: origin)).Problems;
        Assert.Contains(problems, p => p.EndsWith("is not at the source", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("at the source is another object", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_files_give_the_same_archive_and_no_path_of_the_machine_is_in_it()
    {
        foreach (var bundle in fixture.Bundles.Take(10))
        {
            var files = Open(bundle);
            using var again = new MemoryStream();
            BundleArchive.Write(again, files.Reverse().ToDictionary());
            Assert.Equal(bundle.Content, again.ToArray());
            foreach (var (name, content) in files) Assert.False(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(fixture.Host.Source)) >= 0, name);
            foreach (string report in (string[])["html", "pdf", "json", "md"]) Assert.Contains($"reports/{bundle.Manifest.Findings[0].Id}.{report}", files.Keys);
        }
    }

    [Fact]
    public void The_manifest_keeps_its_schema()
    {
        var schema = JsonSchema.FromText(WebContracts.Bundle.Schema(), new BuildOptions { SchemaRegistry = new() });
        using var json = JsonDocument.Parse(Open(fixture.Bundles[0])[BundleArchive.Manifest]);
        Assert.True(schema.Evaluate(json.RootElement, new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true }).IsValid);
    }

    [Fact]
    public async Task The_commands_write_and_verify()
    {
        using var folder = new TemporaryFolder();
        string key = folder.Combine("key"), zip = folder.Combine("x.zip"), id = fixture.Bundles[2].Manifest.Findings[0].Id;
        Assert.Equal(0, (await CommandRun.Of("bundle-key", key)).ExitCode);
        Assert.Equal(3, (await CommandRun.Of("bundle-key", key)).ExitCode);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        var made = await CommandRun.Of("bundle", id, "--out", zip, "--sign", key, "--data", fixture.Host.Data);
        Assert.True(made.ExitCode == 0, made.Error);
        var verified = await CommandRun.Of("verify-bundle", zip, "--public-key", key + ".pub", "--against", fixture.Host.Source);
        Assert.True(verified.ExitCode == 0, verified.Error);
        Assert.EndsWith("the bundle holds\n", verified.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        await OpenSslAgreesAsync(folder, zip, key + ".pub");

        Assert.Equal(2, (await CommandRun.Of("verify-bundle", zip, "--public-key", zip)).ExitCode);
        Assert.Equal(1, (await CommandRun.Of("bundle", "00000000000000000000000000000000", "--out", zip, "--data", fixture.Host.Data)).ExitCode);
        Assert.Equal(2, (await CommandRun.Of("bundle", "--out", zip, "--data", fixture.Host.Data)).ExitCode);
        Assert.Equal(3, (await CommandRun.Of("verify-bundle", folder.Combine("none.zip"))).ExitCode);
        folder.Write("cut.zip", File.ReadAllBytes(zip).AsSpan(0, 1_000));
        Assert.Equal(3, (await CommandRun.Of("verify-bundle", folder.Combine("cut.zip"))).ExitCode);
        Assert.Equal(3, (await CommandRun.Of("bundle", id, "--out", Path.Combine(zip, "below"), "--data", fixture.Host.Data)).ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(folder.FullName), f => f.EndsWith(".part", StringComparison.Ordinal));
    }

    /// <summary>The signature is OpenSSL's too, where there is one.</summary>
    private static async Task OpenSslAgreesAsync(TemporaryFolder folder, string zip, string publicKey)
    {
        if (!File.Exists("/usr/bin/openssl")) return;
        await ZipFile.ExtractToDirectoryAsync(zip, folder.Combine("unpacked"), Cancellation);
        var start = new ProcessStartInfo("/usr/bin/openssl", ["pkeyutl", "-verify", "-pubin", "-inkey", publicKey, "-rawin", "-in", folder.Combine("unpacked", "manifest.json"), "-sigfile", folder.Combine("unpacked", "manifest.sig")])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Objects_without_lines_give_lines_written_from_their_fields()
    {
        // One record in JSON a line, whose fields have names.
        var world = new World(20);
        world.Instance("web-1").InAsg("web").Asks("9.9.9.9").Daily().Asks("8.8.8.8").Hourly(12, 12.2);
        string[] names = FlowLine.Header(LineFormat.V5).Split(' ');
        await using var host = await TestHost.StartAsync(folder => File.WriteAllLines(Path.Combine(folder, "flows.json"), world.Lines().Select(l =>
            JsonSerializer.Serialize(names.Zip(l.ToText(LineFormat.V5).Split(' ')).ToDictionary(p => p.First, p => p.Second)))));
        var row = (await host.FindingsAsync(1)).Single(f => f.Address == "8.8.8.8");
        var bundle = (await host.Get<BundleService>().OfFindingAsync(row.Id, "Test Analyst", null, Cancellation))!;
        Assert.Empty(bundle.Manifest.Findings[0].Outside);
        var verdict = await VerifyAsync(Open(bundle), signed: false);
        Assert.True(verdict.Holds, string.Join('\n', verdict.Problems));
    }

    [Fact]
    public async Task An_object_that_changed_since_or_is_gone_makes_no_bundle()
    {
        var world = new World(20);
        world.Instance("web-1").Asks("9.9.9.9").Daily().Asks("8.8.8.8").On(12);
        await using var host = await TestHost.StartAsync(folder => File.WriteAllLines(Path.Combine(folder, "flows.log"), world.Lines().Select(l => l.ToText(LineFormat.V11)).Prepend(FlowLine.Header(LineFormat.V11))));
        string id = (await host.FindingsAsync(1)).Single(f => f.Address == "8.8.8.8").Id;
        using var folder = new TemporaryFolder();
        // A running server would read the changed file again.
        await host.App.StopAsync(Cancellation);
        File.AppendAllText(Path.Combine(host.Source, "flows.log"), "\n");
        var run = await CommandRun.Of("bundle", id, "--out", folder.Combine("x.zip"), "--data", host.Data);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("flows.log", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    /// <summary>Changes the files of a bundle as a forger would.</summary>
    private sealed class Tampering(Dictionary<string, byte[]> files, BundleManifest manifest, Random random)
    {
        public void Unsign()
        {
            files.Remove(BundleArchive.Signature);
            manifest = manifest with { Signer = null };
            Repair();
        }

        public string ChangeLine(bool repair)
        {
            var (item, lines, at, number) = Evidence();
            byte[] line = lines[at];
            // The protocol, the address and the ports may be shared; a time is this record's own.
            string text = Encoding.UTF8.GetString(line);
            string start = text.Split(' ')[10];
            line = Encoding.UTF8.GetBytes(text.Replace(start, (long.Parse(start, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            lines[at] = line;
            Save(item, lines, repair, index => index[at] = $"{number} {BundleArchive.Hash(line)}");
            return repair ? "follow" : $"line {number} of {item.Container}/{item.Key} was changed";
        }

        public string RemoveLine(bool repair)
        {
            var (item, lines, at, number) = Evidence();
            lines.RemoveAt(at);
            Save(item, lines, repair, index => index.RemoveAt(at));
            return repair ? $"{manifest.Findings[0].Id}" : $"line {number} of {item.Container}/{item.Key} was removed";
        }

        public string ChangeParameter(bool repair)
        {
            var json = JsonNode.Parse(files[BundleContent.Parameters])!.AsObject();
            json["Detection:Learning"] = "40.00:00:00";
            files[BundleContent.Parameters] = Encoding.UTF8.GetBytes(json.ToJsonString());
            if (repair) Repair();
            return repair ? $"finding {manifest.Findings[0].Id}" : $"{BundleContent.Parameters} was changed";
        }

        public string ChangeCatalog(bool repair)
        {
            string text = Encoding.UTF8.GetString(files[BundleContent.Catalog]);
            files[BundleContent.Catalog] = Encoding.UTF8.GetBytes(text.Replace("9.9.9.9  ", "9.9.9.7  ", StringComparison.Ordinal));
            if (repair) Repair();
            return $"{BundleContent.Catalog} was changed";
        }

        public string ChangeFinding(bool repair)
        {
            string file = manifest.Findings[0].File;
            var json = JsonNode.Parse(files[file])!.AsObject();
            json["severity"] = json["severity"]!.GetValue<int>() - 1;
            files[file] = Encoding.UTF8.GetBytes(json.ToJsonString());
            if (repair) Repair();
            return $"finding {manifest.Findings[0].Id}: severity is";
        }

        public string ChangeSignature()
        {
            files[BundleArchive.Signature][random.Next(64)] ^= 1;
            return "the signature does not fit";
        }

        public string ChangeReport()
        {
            string name = files.Keys.First(k => k.EndsWith(".html", StringComparison.Ordinal));
            files[name][random.Next(files[name].Length)] ^= 1;
            return $"{name} was changed";
        }

        /// <summary>A line that the finding names as its evidence.</summary>
        private (BundleObject Item, List<byte[]> Lines, int At, long Number) Evidence()
        {
            var finding = BundleContent.ReadFinding(files[manifest.Findings[0].File]);
            var line = finding.Evidence.Count > 0 ? finding.Evidence[0] : throw new InvalidOperationException("a finding without evidence");
            var item = manifest.Objects.Single(o => o.ObjectId == line.ObjectId.ToString(CultureInfo.InvariantCulture));
            var index = BundleContent.ReadIndex(files[item.Index]);
            return (item, [.. BundleContent.Lines(files[item.Lines])], index.ToList().FindIndex(i => i.Number == line.Line), line.Line);
        }

        private void Save(BundleObject item, List<byte[]> lines, bool repair, Action<List<string>> mend)
        {
            files[item.Lines] = [.. lines.SelectMany(l => l.Append((byte)'\n'))];
            if (!repair) return;
            var index = Encoding.ASCII.GetString(files[item.Index]).Split('\n').ToList();
            mend(index);
            files[item.Index] = Encoding.ASCII.GetBytes(string.Join('\n', index));
            Repair();
        }

        private void Repair()
        {
            manifest = manifest with { Members = [.. manifest.Members.Select(m => new BundleMember(m.Name, files[m.Name].Length, BundleArchive.Hash(files[m.Name])))] };
            files[BundleArchive.Manifest] = WebContracts.Bundle.Bytes(manifest);
        }
    }
}
