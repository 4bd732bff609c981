using System.Globalization;
using Wayward.Benchmarks;

// Whole-process measurements for tests/bench.sh, and the parts under BenchmarkDotNet.
return args switch
{
    ["generate", var folder, .. var rest] => Generate.Run(folder, rest),
    ["drain", .. var files] => Reading.Drain(files),
    ["inflate", .. var files] => Reading.Inflate(files),
    ["read", .. var files] => Reading.Read(files),
    ["fold", var workers, .. var files] => Folding.Run(int.Parse(workers, CultureInfo.InvariantCulture), files, evaluate: false),
    ["evaluate", var workers, .. var files] => Folding.Run(int.Parse(workers, CultureInfo.InvariantCulture), files, evaluate: true),
    ["database", var data] => await Ingesting.PrepareAsync(data),
    ["ingest", var workers, var folder, var data] => await Ingesting.RunAsync(int.Parse(workers, CultureInfo.InvariantCulture), folder, data, detect: true),
    ["ingest-only", var workers, var folder, var data] => await Ingesting.RunAsync(int.Parse(workers, CultureInfo.InvariantCulture), folder, data, detect: false),
    ["write", var rounds] => await Writing.RunAsync(int.Parse(rounds, CultureInfo.InvariantCulture)),
    ["duckdb", var threads, .. var files] => Duck.Run(int.Parse(threads, CultureInfo.InvariantCulture), files),
    ["duckdb-sql", var threads, .. var files] => Duck.Print(int.Parse(threads, CultureInfo.InvariantCulture), files),
    ["parquet", var text, var parquet] => ParquetCopy.Run(text, parquet),
    ["parquet-net", .. var files] => await ParquetNet.RunAsync(files),
    ["parquet-sharp", .. var files] => ParquetSharpColumns.Run(files),
    ["detect", .. var sizes] => Detecting.Run(sizes),
    ["detect-store", .. var sizes] => await Detecting.RunStoreAsync(sizes),
    ["detect-switch", .. var sizes] => await Detecting.RunSwitchAsync(sizes),
    ["scale", .. var rest] => await Scaling.RunAsync(rest),
    ["scale-worker", var connection, var folder, var data, var delay] => await ScaleWorker.RunAsync(connection, folder, data, int.Parse(delay, CultureInfo.InvariantCulture)),
    ["parts", .. var rest] => Parts.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        generate FOLDER [--objects N] [--lines N] [--seed N] [--format v2|v5] [--members N] [--repeat N]   write flow-log objects
        drain FILE...           inflate with the runtime's GZipStream and throw away
        inflate FILE...         inflate as Wayward does, hashed and counted, and throw away
        read FILE...            read every line into a sink that does nothing
        fold WORKERS FILE...    read and fold into cells and coverage, no database
        evaluate WORKERS FILE...   the same, then detection
        database FOLDER         make an empty database
        ingest WORKERS FOLDER DATABASE_FOLDER   the program's ingest into a copy of an empty database, detection included
        ingest-only WORKERS FOLDER DATABASE_FOLDER   the same without detection
        write ROUNDS            cells by the store's writer, a bare SQLite loop and EF; a line a round: writer to loop by rows, writer to EF by rows, writer to loop by cells, rows/s of the three
        duckdb THREADS FILE...  DuckDB on the same job
        duckdb-sql THREADS FILE...   what that asks DuckDB, to be run by another client
        parquet TEXT PARQUET    copy a default-format object as parquet
        parquet-net FILE...     Parquet.Net reads the columns that Wayward needs
        parquet-sharp FILE...   ParquetSharp reads typed batches: ports and identities of every row, the rest only where a row of the batch has a port of interest
        detect INSTANCES...     full evaluation of fleets of these sizes, and a live batch of 1,000 instances on top of each
        detect-store INSTANCES...   the same through a database, as the server does it
        detect-switch INSTANCES...   a day on which all instances begin one resolver: evaluated through a database while somebody decides
        scale [PROCESSES...] [--objects N] [--lines N] [--logs N] [--interfaces N] [--delay MS] [--rounds N]   1, 2 and 4 ingest processes on one PostgreSQL server
        parts [BenchmarkDotNet options]
        """);
    return 2;
}
