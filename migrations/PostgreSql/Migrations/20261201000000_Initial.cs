using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Wayward.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(PostgreSqlSchema.Functions);

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    verb = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    subject = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    summary = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    before = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    after = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    undo_of = table.Column<long>(type: "bigint", nullable: true),
                    undone_by = table.Column<long>(type: "bigint", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    text_hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    salt = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_heads",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_heads", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "audit_subjects",
                columns: table => new
                {
                    audit_id = table.Column<long>(type: "bigint", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_subjects", x => new { x.audit_id, x.subject });
                });

            migrationBuilder.CreateTable(
                name: "backfills",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    source = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    from_day = table.Column<int>(type: "integer", nullable: true),
                    to_day = table.Column<int>(type: "integer", nullable: true),
                    prefix = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    newest_first = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    requested_by = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    requested_at = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: true),
                    ended_at = table.Column<long>(type: "bigint", nullable: true),
                    survey_objects = table.Column<long>(type: "bigint", nullable: false),
                    survey_bytes = table.Column<long>(type: "bigint", nullable: false),
                    lacking_objects = table.Column<long>(type: "bigint", nullable: false),
                    lacking_bytes = table.Column<long>(type: "bigint", nullable: false),
                    objects = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    listed = table.Column<bool>(type: "boolean", nullable: false),
                    settled = table.Column<long>(type: "bigint", nullable: false),
                    quarantined = table.Column<long>(type: "bigint", nullable: false),
                    objects_per_second = table.Column<double>(type: "double precision", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    lease_owner = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    lease_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_backfills", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "contact_evidence",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    endpoint_id = table.Column<int>(type: "integer", nullable: false),
                    start = table.Column<long>(type: "bigint", nullable: false),
                    object_id = table.Column<long>(type: "bigint", nullable: false),
                    line = table.Column<long>(type: "bigint", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_evidence", x => new { x.instance_id, x.endpoint_id, x.start, x.object_id, x.line });
                });

            migrationBuilder.CreateTable(
                name: "contact_hours",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    endpoint_id = table.Column<int>(type: "integer", nullable: false),
                    hour = table.Column<int>(type: "integer", nullable: false),
                    log = table.Column<int>(type: "integer", nullable: false),
                    first_contact = table.Column<long>(type: "bigint", nullable: false, defaultValue: 9223372036854775807L),
                    last_contact = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_accepted_records = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_accepted_packets = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_accepted_bytes = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_rejected_records = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_rejected_packets = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    out_rejected_bytes = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_accepted_records = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_accepted_packets = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_accepted_bytes = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_rejected_records = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_rejected_packets = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    in_rejected_bytes = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    max_packets = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    flags = table.Column<short>(type: "smallint", nullable: false, defaultValue: (short)0),
                    first_answer = table.Column<long>(type: "bigint", nullable: false, defaultValue: 9223372036854775807L),
                    last_answer = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    answer_minutes = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    inner_sources = table.Column<byte[]>(type: "bytea", nullable: true),
                    first_object = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    first_line = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    last_reject = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_hours", x => new { x.instance_id, x.endpoint_id, x.hour, x.log });
                });

            migrationBuilder.CreateTable(
                name: "contact_pairs",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    endpoint_id = table.Column<int>(type: "integer", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_pairs", x => new { x.instance_id, x.endpoint_id });
                });

            migrationBuilder.CreateTable(
                name: "coverage_days",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false),
                    first_start = table.Column<long>(type: "bigint", nullable: false),
                    last_end = table.Column<long>(type: "bigint", nullable: false),
                    hours = table.Column<int>(type: "integer", nullable: false),
                    skip_hours = table.Column<int>(type: "integer", nullable: false),
                    records = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coverage_days", x => new { x.instance_id, x.day });
                });

            migrationBuilder.CreateTable(
                name: "day_checksums",
                columns: table => new
                {
                    day = table.Column<int>(type: "integer", nullable: false),
                    rows = table.Column<long>(type: "bigint", nullable: false),
                    checksum = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_day_checksums", x => x.day);
                });

            migrationBuilder.CreateTable(
                name: "endpoints",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    address = table.Column<byte[]>(type: "bytea", nullable: false),
                    protocol = table.Column<byte>(type: "smallint", nullable: false),
                    port = table.Column<int>(type: "integer", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false),
                    instances = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_endpoints", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "expected_targets",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    json = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    deleted_at = table.Column<long>(type: "bigint", nullable: true),
                    checksum = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_expected_targets", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "export_streams",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    format = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    batch = table.Column<int>(type: "integer", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false),
                    pending = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_export_streams", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "exported_findings",
                columns: table => new
                {
                    stream = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    revision = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_exported_findings", x => new { x.stream, x.finding_id });
                });

            migrationBuilder.CreateTable(
                name: "finding_addresses",
                columns: table => new
                {
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    address = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_addresses", x => new { x.finding_id, x.address });
                });

            migrationBuilder.CreateTable(
                name: "finding_aliases",
                columns: table => new
                {
                    old_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_aliases", x => x.old_id);
                });

            migrationBuilder.CreateTable(
                name: "finding_comments",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    author = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    withdrawn = table.Column<bool>(type: "boolean", nullable: false),
                    checksum = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_comments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "finding_documents",
                columns: table => new
                {
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    json = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_documents", x => x.finding_id);
                });

            migrationBuilder.CreateTable(
                name: "finding_members",
                columns: table => new
                {
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    instance_key = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_members", x => new { x.finding_id, x.instance_key });
                });

            migrationBuilder.CreateTable(
                name: "finding_tallies",
                columns: table => new
                {
                    status = table.Column<byte>(type: "smallint", nullable: false),
                    reported = table.Column<bool>(type: "boolean", nullable: false),
                    type = table.Column<byte>(type: "smallint", nullable: false),
                    transport = table.Column<byte>(type: "smallint", nullable: false),
                    band = table.Column<byte>(type: "smallint", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_finding_tallies", x => new { x.status, x.reported, x.type, x.transport, x.band });
                });

            migrationBuilder.CreateTable(
                name: "findings",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    group_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<byte>(type: "smallint", nullable: false),
                    subject_kind = table.Column<byte>(type: "smallint", nullable: false),
                    subject_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    instance_name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    account_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    vpc_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    asg = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    transport = table.Column<byte>(type: "smallint", nullable: false),
                    provider = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    target = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    address = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    address_count = table.Column<int>(type: "integer", nullable: false),
                    member_count = table.Column<int>(type: "integer", nullable: false),
                    basis = table.Column<byte>(type: "smallint", nullable: false),
                    outcome = table.Column<byte>(type: "smallint", nullable: false),
                    severity = table.Column<int>(type: "integer", nullable: false),
                    band = table.Column<byte>(type: "smallint", nullable: false),
                    confidence = table.Column<int>(type: "integer", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    reported = table.Column<int>(type: "integer", nullable: false),
                    provisional = table.Column<bool>(type: "boolean", nullable: false),
                    why = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    content_hash = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<byte>(type: "smallint", nullable: false),
                    is_open = table.Column<int>(type: "integer", nullable: false),
                    previous_status = table.Column<byte>(type: "smallint", nullable: false),
                    resolution = table.Column<byte>(type: "smallint", nullable: false),
                    closed_through = table.Column<long>(type: "bigint", nullable: false),
                    closed_bytes = table.Column<long>(type: "bigint", nullable: false),
                    assignee = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    expected_target_id = table.Column<int>(type: "integer", nullable: true),
                    incident_id = table.Column<int>(type: "integer", nullable: true),
                    note = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    guard_revision = table.Column<int>(type: "integer", nullable: false),
                    detected_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    checksum = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_findings", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "guard_duty_findings",
                columns: table => new
                {
                    account_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    region = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    finding_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    instance_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    address = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    port = table.Column<int>(type: "integer", nullable: false),
                    protocol = table.Column<int>(type: "integer", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    severity = table.Column<int>(type: "integer", nullable: false),
                    archived = table.Column<bool>(type: "boolean", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_guard_duty_findings", x => new { x.account_id, x.region, x.finding_id });
                });

            migrationBuilder.CreateTable(
                name: "incident_tasks",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    incident_id = table.Column<int>(type: "integer", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    done_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    done_at = table.Column<long>(type: "bigint", nullable: true),
                    shown = table.Column<int>(type: "integer", nullable: false),
                    checksum = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_incident_tasks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "incidents",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    title = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<byte>(type: "smallint", nullable: false),
                    is_open = table.Column<int>(type: "integer", nullable: false),
                    shown = table.Column<int>(type: "integer", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    set_severity = table.Column<int>(type: "integer", nullable: true),
                    severity_reason = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    narrative = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    highest_severity = table.Column<int>(type: "integer", nullable: false),
                    finding_count = table.Column<int>(type: "integer", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    narrative_revision = table.Column<int>(type: "integer", nullable: false),
                    created_by = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    checksum = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_incidents", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "instance_facts",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    attribute = table.Column<byte>(type: "smallint", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_instance_facts", x => new { x.instance_id, x.attribute, x.value });
                });

            migrationBuilder.CreateTable(
                name: "instance_summaries",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_instance_summaries", x => x.instance_id);
                });

            migrationBuilder.CreateTable(
                name: "instances",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    account_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    vpc_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    subnet_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    asg = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    region = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    first_seen = table.Column<long>(type: "bigint", nullable: false),
                    last_seen = table.Column<long>(type: "bigint", nullable: false),
                    observed_since = table.Column<long>(type: "bigint", nullable: false),
                    last_contact = table.Column<long>(type: "bigint", nullable: false),
                    destinations = table.Column<int>(type: "integer", nullable: false),
                    open_findings = table.Column<int>(type: "integer", nullable: false),
                    max_severity = table.Column<int>(type: "integer", nullable: false),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_instances", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "ledger_state",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    commit_number = table.Column<long>(type: "bigint", nullable: false),
                    evaluated_commit = table.Column<long>(type: "bigint", nullable: false),
                    max_start = table.Column<long>(type: "bigint", nullable: false),
                    compacted_before = table.Column<int>(type: "integer", nullable: false),
                    history_window = table.Column<long>(type: "bigint", nullable: false),
                    evaluated_with = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    summary_inputs = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    summary_commit = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ledger_state", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "object_replays",
                columns: table => new
                {
                    object_id = table.Column<long>(type: "bigint", nullable: false),
                    window_id = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_object_replays", x => new { x.object_id, x.window_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuild_windows",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    from_day = table.Column<int>(type: "integer", nullable: false),
                    to_day = table.Column<int>(type: "integer", nullable: false),
                    instance_ids = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuild_windows", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sessions",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: true),
                    address = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sessions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sign_in_links",
                columns: table => new
                {
                    hash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sign_in_links", x => x.hash);
                });

            migrationBuilder.CreateTable(
                name: "source_objects",
                columns: table => new
                {
                    object_id = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    container = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    etag = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    state = table.Column<byte>(type: "smallint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    last_modified = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false),
                    done_at = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_try = table.Column<long>(type: "bigint", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    lease_owner = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    lease_epoch = table.Column<int>(type: "integer", nullable: false),
                    lease_until = table.Column<long>(type: "bigint", nullable: true),
                    expanded_bytes = table.Column<long>(type: "bigint", nullable: false),
                    records = table.Column<long>(type: "bigint", nullable: false),
                    contact_records = table.Column<long>(type: "bigint", nullable: false),
                    quarantined = table.Column<long>(type: "bigint", nullable: false),
                    quarantine_json = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    skipped_json = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    format = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    columns = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    first_start = table.Column<long>(type: "bigint", nullable: false),
                    last_end = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    read_milliseconds = table.Column<double>(type: "double precision", nullable: false),
                    instance_ids = table.Column<byte[]>(type: "bytea", nullable: true),
                    backfill = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    turn = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    commit_number = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_source_objects", x => x.object_id);
                });

            migrationBuilder.CreateTable(
                name: "sources",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    can_list = table.Column<bool>(type: "boolean", nullable: false),
                    present_at = table.Column<long>(type: "bigint", nullable: false),
                    paused_by = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    paused_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sources", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "touched_endpoints",
                columns: table => new
                {
                    endpoint_id = table.Column<int>(type: "integer", nullable: false),
                    commit_number = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_touched_endpoints", x => x.endpoint_id);
                });

            migrationBuilder.CreateTable(
                name: "touched_instances",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    commit_number = table.Column<long>(type: "bigint", nullable: false),
                    from_hour = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_touched_instances", x => x.instance_id);
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    source = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    external_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    roles = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false),
                    disabled_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.id);
                });

            migrationBuilder.InsertData(
                table: "audit_heads",
                columns: new[] { "id", "hash", "sequence" },
                values: new object[] { 1, "0000000000000000000000000000000000000000000000000000000000000000", 0L });

            migrationBuilder.InsertData(
                table: "ledger_state",
                columns: new[] { "id", "commit_number", "compacted_before", "evaluated_commit", "evaluated_with", "history_window", "max_start", "summary_commit", "summary_inputs" },
                values: new object[] { 1, 0L, 0, 0L, null, 0L, 0L, 0L, null });

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_sequence",
                table: "audit_entries",
                column: "sequence",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_subject_id",
                table: "audit_entries",
                columns: new[] { "subject", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_subjects_subject_audit_id",
                table: "audit_subjects",
                columns: new[] { "subject", "audit_id" });

            migrationBuilder.CreateIndex(
                name: "IX_backfills_state",
                table: "backfills",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "IX_contact_pairs_endpoint_id_first",
                table: "contact_pairs",
                columns: new[] { "endpoint_id", "first" });

            migrationBuilder.CreateIndex(
                name: "IX_endpoints_address_protocol_port",
                table: "endpoints",
                columns: new[] { "address", "protocol", "port" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_endpoints_first_id",
                table: "endpoints",
                columns: new[] { "first", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_finding_addresses_address",
                table: "finding_addresses",
                column: "address");

            migrationBuilder.CreateIndex(
                name: "IX_finding_aliases_finding_id",
                table: "finding_aliases",
                column: "finding_id");

            migrationBuilder.CreateIndex(
                name: "IX_finding_comments_finding_id_at",
                table: "finding_comments",
                columns: new[] { "finding_id", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_finding_members_instance_key",
                table: "finding_members",
                column: "instance_key");

            migrationBuilder.CreateIndex(
                name: "IX_findings_asg_first",
                table: "findings",
                columns: new[] { "asg", "first" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_expected_target_id",
                table: "findings",
                column: "expected_target_id");

            migrationBuilder.CreateIndex(
                name: "IX_findings_first_id",
                table: "findings",
                columns: new[] { "first", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_group_id",
                table: "findings",
                column: "group_id");

            migrationBuilder.CreateIndex(
                name: "IX_findings_incident_id",
                table: "findings",
                column: "incident_id");

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_count_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "count", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_detected_at_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "detected_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_first_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "first", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_last_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "last", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_severity_first_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "severity", "first", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_is_open_reported_subject_id_id",
                table: "findings",
                columns: new[] { "is_open", "reported", "subject_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_severity_first_id",
                table: "findings",
                columns: new[] { "severity", "first", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_subject_id_first",
                table: "findings",
                columns: new[] { "subject_id", "first" });

            migrationBuilder.CreateIndex(
                name: "IX_findings_target_first",
                table: "findings",
                columns: new[] { "target", "first" });

            migrationBuilder.CreateIndex(
                name: "IX_guard_duty_findings_instance_id_first",
                table: "guard_duty_findings",
                columns: new[] { "instance_id", "first" });

            migrationBuilder.CreateIndex(
                name: "IX_incident_tasks_incident_id",
                table: "incident_tasks",
                column: "incident_id");

            migrationBuilder.CreateIndex(
                name: "IX_incidents_shown_is_open_updated_at_id",
                table: "incidents",
                columns: new[] { "shown", "is_open", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_incidents_shown_updated_at_id",
                table: "incidents",
                columns: new[] { "shown", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_instance_facts_attribute_value",
                table: "instance_facts",
                columns: new[] { "attribute", "value" });

            migrationBuilder.CreateIndex(
                name: "IX_instances_destinations_key",
                table: "instances",
                columns: new[] { "destinations", "key" });

            migrationBuilder.CreateIndex(
                name: "IX_instances_first_seen_key",
                table: "instances",
                columns: new[] { "first_seen", "key" });

            migrationBuilder.CreateIndex(
                name: "IX_instances_key",
                table: "instances",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_instances_observed_since",
                table: "instances",
                column: "observed_since");

            migrationBuilder.CreateIndex(
                name: "IX_instances_open_findings_max_severity_key",
                table: "instances",
                columns: new[] { "open_findings", "max_severity", "key" });

            migrationBuilder.CreateIndex(
                name: "IX_sessions_expires_at",
                table: "sessions",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_sessions_user_id",
                table: "sessions",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_commit_number",
                table: "source_objects",
                column: "commit_number");

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_container_key",
                table: "source_objects",
                columns: new[] { "container", "key" });

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_seen_at_object_id",
                table: "source_objects",
                columns: new[] { "seen_at", "object_id" });

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_sha256",
                table: "source_objects",
                column: "sha256");

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_source_backfill_state_turn_object_id",
                table: "source_objects",
                columns: new[] { "source", "backfill", "state", "turn", "object_id" });

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_state_last_end_first_start",
                table: "source_objects",
                columns: new[] { "state", "last_end", "first_start" });

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_state_seen_at_object_id",
                table: "source_objects",
                columns: new[] { "state", "seen_at", "object_id" });

            migrationBuilder.CreateIndex(
                name: "IX_users_source_external_id",
                table: "users",
                columns: new[] { "source", "external_id" },
                unique: true);

            migrationBuilder.Sql(PostgreSqlSchema.Roles);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(PostgreSqlSchema.Drop);

            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "audit_heads");

            migrationBuilder.DropTable(
                name: "audit_subjects");

            migrationBuilder.DropTable(
                name: "backfills");

            migrationBuilder.DropTable(
                name: "contact_evidence");

            migrationBuilder.DropTable(
                name: "contact_hours");

            migrationBuilder.DropTable(
                name: "contact_pairs");

            migrationBuilder.DropTable(
                name: "coverage_days");

            migrationBuilder.DropTable(
                name: "day_checksums");

            migrationBuilder.DropTable(
                name: "endpoints");

            migrationBuilder.DropTable(
                name: "expected_targets");

            migrationBuilder.DropTable(
                name: "export_streams");

            migrationBuilder.DropTable(
                name: "exported_findings");

            migrationBuilder.DropTable(
                name: "finding_addresses");

            migrationBuilder.DropTable(
                name: "finding_aliases");

            migrationBuilder.DropTable(
                name: "finding_comments");

            migrationBuilder.DropTable(
                name: "finding_documents");

            migrationBuilder.DropTable(
                name: "finding_members");

            migrationBuilder.DropTable(
                name: "finding_tallies");

            migrationBuilder.DropTable(
                name: "findings");

            migrationBuilder.DropTable(
                name: "guard_duty_findings");

            migrationBuilder.DropTable(
                name: "incident_tasks");

            migrationBuilder.DropTable(
                name: "incidents");

            migrationBuilder.DropTable(
                name: "instance_facts");

            migrationBuilder.DropTable(
                name: "instance_summaries");

            migrationBuilder.DropTable(
                name: "instances");

            migrationBuilder.DropTable(
                name: "ledger_state");

            migrationBuilder.DropTable(
                name: "object_replays");

            migrationBuilder.DropTable(
                name: "rebuild_windows");

            migrationBuilder.DropTable(
                name: "sessions");

            migrationBuilder.DropTable(
                name: "sign_in_links");

            migrationBuilder.DropTable(
                name: "source_objects");

            migrationBuilder.DropTable(
                name: "sources");

            migrationBuilder.DropTable(
                name: "touched_endpoints");

            migrationBuilder.DropTable(
                name: "touched_instances");

            migrationBuilder.DropTable(
                name: "users");
        }
    }
}
