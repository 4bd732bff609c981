using System.Security.Cryptography;
using System.Text;
using Wayward.Core.Contacts;

namespace Wayward.Engine.Inventories;

/// <summary>
/// Puts the inventory together from its files and from what AWS answered. Answers are kept in the data directory with the times from when and until when they held, so that a restart knows what it
/// knew and an interface's former instance is not forgotten.
/// </summary>
public sealed class InventoryStore : IInventoryProvider
{
    private readonly Lock _lock = new();
    private readonly InventoryOptions _options;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (long Length, DateTime Modified)> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Inventory> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InventoryState> _states = new(StringComparer.Ordinal);
    private volatile Inventory _current = Inventory.Empty;

    /// <param name="folder">Where answers are kept; made when the first is written.</param>
    public InventoryStore(InventoryOptions options, string folder, TimeProvider time)
    {
        (_options, _folder, _time) = (options, folder, time);
        foreach (var account in options.Aws) ReadCache(account);
        ReadFiles();
        Join();
    }

    public Inventory Current => _current;
    public IReadOnlyList<InventoryState> States
    {
        get
        {
            lock (_lock) return [.. _states.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Reads files that changed. A broken one is told and its last good reading stays in force.</summary>
    /// <returns>True when the inventory is another one now.</returns>
    public bool ReadFiles()
    {
        lock (_lock)
        {
            foreach (string file in _options.Files)
            {
                try
                {
                    var info = new FileInfo(file);
                    if (!info.Exists) throw new FileNotFoundException("it does not exist");
                    var stamp = (info.Length, info.LastWriteTimeUtc);
                    if (_seen.TryGetValue(file, out var before) && before == stamp) continue;
                    var inventory = InventoryFile.Parse(File.ReadAllText(file), file);
                    // Whatever the file holds, it must have a hash before it is in force.
                    _ = inventory.Hash;
                    (_parts[file], _seen[file]) = (inventory, stamp);
                    _states[file] = new(file, _parts[file].Count, _time.GetUtcNow(), null);
                }
                catch (Exception e)
                {
                    // Also what no one foresaw: a file that somebody else writes must not end the program.
                    Failed(file, e is InventoryFormatException bad ? bad.Errors[0] : $"{file} cannot be read: {e.Message}");
                }
            }
            return Join();
        }
    }

    /// <summary>Replaces what is known of an account by what it says now.</summary>
    public bool Replace(InventoryAwsOptions account, IReadOnlyList<InventoryItem> present)
    {
        lock (_lock)
        {
            long now = _time.GetUtcNow().ToUnixTimeSeconds();
            var items = InventoryTimes.Fold(_parts.TryGetValue(account.Name, out var known) ? known.Items : [], present, now, now - (long)_options.Memory.TotalSeconds);
            var inventory = new Inventory(items);
            string? problem = null;
            if (known is null || known.Hash != inventory.Hash)
            {
                _parts[account.Name] = inventory;
                problem = WriteCache(account, items);
            }
            _states[account.Name] = new(account.Name, present.Count, _time.GetUtcNow(), problem);
            return Join();
        }
    }

    public void Failed(string name, string problem)
    {
        lock (_lock) _states[name] = _states.TryGetValue(name, out var state) ? state with { Problem = problem } : new(name, 0, null, problem);
    }

    private bool Join()
    {
        var joined = new Inventory(_parts.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value.Items));
        if (joined.Hash == _current.Hash) return false;
        _current = joined;
        return true;
    }

    private string CachePath(InventoryAwsOptions account) => Path.Combine(_folder, $"aws-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(account.Name)))[..16]}.json");

    private void ReadCache(InventoryAwsOptions account)
    {
        string path = CachePath(account);
        try
        {
            if (!File.Exists(path)) return;
            var inventory = InventoryFile.Parse(File.ReadAllText(path), path);
            _ = inventory.Hash;
            _parts[account.Name] = inventory;
            _states[account.Name] = new(account.Name, _parts[account.Name].Count, File.GetLastWriteTimeUtc(path), null);
        }
        catch (Exception e)
        {
            Failed(account.Name, $"{path} cannot be read and will be written anew: {e.Message}");
        }
    }

    private string? WriteCache(InventoryAwsOptions account, IReadOnlyList<InventoryItem> items)
    {
        string path = CachePath(account);
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(path + ".new", InventoryFile.Write(items));
            File.Move(path + ".new", path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {e.Message}";
        }
    }
}
