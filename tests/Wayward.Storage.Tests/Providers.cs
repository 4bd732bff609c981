namespace Wayward.Storage.Tests;

// The same claims on every database. Where no PostgreSQL can be started they are skipped with the reason.

public sealed class ContactStoreOnSqlite() : ContactStoreTests(StorageProvider.Sqlite);

public sealed class ContactStoreOnPostgreSql() : ContactStoreTests(StorageProvider.PostgreSql);

public sealed class FindingStoreOnSqlite() : FindingStoreTests(StorageProvider.Sqlite);

public sealed class FindingStoreOnPostgreSql() : FindingStoreTests(StorageProvider.PostgreSql);

public sealed class ObjectAndInstanceOnSqlite() : ObjectAndInstanceTests(StorageProvider.Sqlite);

public sealed class ObjectAndInstanceOnPostgreSql() : ObjectAndInstanceTests(StorageProvider.PostgreSql);

public sealed class OrderOnSqlite() : OrderTests(StorageProvider.Sqlite);

public sealed class OrderOnPostgreSql() : OrderTests(StorageProvider.PostgreSql);

public sealed class ReplacementOnSqlite() : ReplacementTests(StorageProvider.Sqlite);

public sealed class ReplacementOnPostgreSql() : ReplacementTests(StorageProvider.PostgreSql);

public sealed class AuditOnSqlite() : AuditTests(StorageProvider.Sqlite);

public sealed class AuditOnPostgreSql() : AuditTests(StorageProvider.PostgreSql);

public sealed class CareOnSqlite() : CareTests(StorageProvider.Sqlite);

public sealed class CareOnPostgreSql() : CareTests(StorageProvider.PostgreSql);

public sealed class ContactColumnsOnSqlite() : ContactColumnTests(StorageProvider.Sqlite);

public sealed class ContactColumnsOnPostgreSql() : ContactColumnTests(StorageProvider.PostgreSql);

public sealed class IncidentOnSqlite() : IncidentTests(StorageProvider.Sqlite);

public sealed class IncidentOnPostgreSql() : IncidentTests(StorageProvider.PostgreSql);

public sealed class TamperingOnSqlite() : TamperingTests(StorageProvider.Sqlite);

public sealed class TamperingOnPostgreSql() : TamperingTests(StorageProvider.PostgreSql);

public sealed class PeriodOnSqlite() : PeriodTests(StorageProvider.Sqlite);

public sealed class PeriodOnPostgreSql() : PeriodTests(StorageProvider.PostgreSql);
