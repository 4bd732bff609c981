using System.Globalization;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;
using Wayward.Storage.Maintenance;

namespace Wayward.Storage.Tests;

/// <summary>What must hold of every column of a cell, those included that are added later.</summary>
public abstract class ContactColumnTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const int Rounds = 40, Cells = 6;

    private static ContactHour RandomCell(Random random, int hour)
    {
        var cell = new ContactHour { Hour = hour };
        foreach (var column in ContactColumns.All.OfType<NumberColumn>())
            if (random.Next(4) > 0) column.Set(cell, column.IsSmall ? random.Next(short.MaxValue) : random.NextInt64(1, 1L << 40));
        cell.InnerSources = [.. Enumerable.Range(0, random.Next(4)).Select(_ => IpAddress.FromIPv4(0x0A000000u + (uint)random.Next(9))).Distinct().Order()];
        // A cell has a first contact exactly when it has a last one.
        if (cell.FirstContact == long.MaxValue || cell.LastContact == 0) (cell.FirstContact, cell.LastContact, cell.FirstObject, cell.FirstLine) = (long.MaxValue, 0, 0, 0);
        return cell;
    }

    private static ObjectContribution Object(int n, params ContactHour[] cells)
    {
        var batch = new ContactBatch();
        var share = Make.Share(batch, "i-1");
        Make.Cover(share, Make.T0);
        foreach (var cell in cells) share.Cells.Add(new CellKey(Make.Dns(Make.Google), cell.Hour), cell);
        return Make.Object(n.ToString(CultureInfo.InvariantCulture), batch);
    }

    private static async Task<List<ContactHour>> LoadAsync(StorageFixture storage) => (await storage.Contacts.LoadAsync(Token)).Instances[new("i-1")].Pairs[Make.Dns(Make.Google)];

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public async Task The_database_merges_every_column_as_the_cell_does(int seed)
    {
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var random = new Random(seed);
        await using var storage = await StorageFixture.CreateAsync(provider);
        int from = UnixTime.Hour(Make.T0);
        var expected = Enumerable.Range(from, Cells).Select(hour => new ContactHour { Hour = hour }).ToArray();
        for (int n = 0; n < Rounds; n++)
        {
            var cells = Enumerable.Range(from, Cells).Select(hour => RandomCell(random, hour)).ToArray();
            await storage.Contacts.CommitAsync([Object(n, cells)], Token);
            for (int i = 0; i < Cells; i++) expected[i].Merge(cells[i]);
        }
        Assert.Equivalent(expected, await LoadAsync(storage), strict: true);
    }

    [Fact]
    public async Task Every_column_is_written_and_read()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        int hour = UnixTime.Hour(Make.T0);
        var cells = new List<ContactHour>();
        foreach (var column in ContactColumns.All)
        {
            var cell = new ContactHour { Hour = hour + cells.Count };
            if (column is NumberColumn number) number.Set(cell, 77);
            else ((BytesColumn)column).Set(cell, InnerSources.Write([Make.Quad9]));
            cells.Add(cell);
        }
        await storage.Contacts.CommitAsync([Object(1, [.. cells])], Token);
        Assert.Equivalent(cells, await LoadAsync(storage), strict: true);
        // None of them is the empty cell: each setter and each reader does something.
        Assert.All(cells, c => Assert.NotEqual(Text(new ContactHour { Hour = c.Hour }), Text(c)));
    }

    private static string Text(ContactHour cell) => string.Join(' ', ContactColumns.All.Select(c => c is NumberColumn number
        ? number.Get(cell).ToString(CultureInfo.InvariantCulture) : Convert.ToHexString(((BytesColumn)c).Get(cell) ?? [])));

    [Fact]
    public async Task A_change_of_any_column_behind_the_programs_back_is_found()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync(OrderTests.Objects(31, 20), Token);
        var maintenance = storage.Get<IStorageMaintenance>();
        await maintenance.RunAsync(new RetentionOptions { CompactAfterDays = 0 }, Token);
        Assert.Empty((await maintenance.VerifyAsync(Token)).Problems);
        foreach (var column in ContactColumns.All.OfType<NumberColumn>())
        {
            string sign = column.Empty == 0 ? "+" : "-";
            string undo = column.Empty == 0 ? "-" : "+";
            const string Where = "WHERE hour = (SELECT min(hour) FROM contact_hours)";
            await storage.TamperAsync($"UPDATE contact_hours SET {column.Name} = {column.Name} {sign} 1 {Where}");
            Assert.False((await maintenance.VerifyAsync(Token)).Good, column.Name);
            await storage.TamperAsync($"UPDATE contact_hours SET {column.Name} = {column.Name} {undo} 1 {Where}");
        }
        Assert.Empty((await maintenance.VerifyAsync(Token)).Problems);
    }
}
