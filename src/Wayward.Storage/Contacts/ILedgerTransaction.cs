using Wayward.Storage.Ingest;

namespace Wayward.Storage.Contacts;

/// <summary>A writer's open transaction, for the steps that are the same on every database.</summary>
internal interface ILedgerTransaction
{
    /// <summary>H in seconds.</summary>
    long HistoryWindow { get; }

    /// <summary>A statement with question marks for parameters, prepared once and ready for values.</summary>
    ILedgerStatement Prepare(string sql);

    /// <summary>Writes what was read of an object into its ledger row.</summary>
    void Record(SourceObjectDone item, SourceObjectState state, string? reason, long commitNumber);
}

/// <summary>Parameters are bound in order; columns count from 0.</summary>
internal interface ILedgerStatement
{
    ILedgerStatement Bind(long value);
    ILedgerStatement Bind(string? value);
    ILedgerStatement Bind(byte[]? value);

    /// <summary>Runs to the end and makes the statement ready for the next values.</summary>
    void Run();

    /// <summary>Steps to the next row; false at the end, where the statement has been reset. After the last row that is wanted, call <see cref="Reset"/>.</summary>
    bool Read();

    long Int64(int column);
    int Int32(int column);
    string? Text(int column);
    ReadOnlySpan<byte> Blob(int column);
    void Reset();
}
