// Runs what `Wayward.Benchmarks duckdb-sql` prints with DuckDB's own Node client, and prints the sums as `duckdb` does: node duckdb.mjs MODULES_FOLDER SQL_FILE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const [, , modules, file] = process.argv;
const { DuckDBInstance } = createRequire(`${modules}/x.js`)('@duckdb/node-api');
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const sql = readFileSync(file, 'utf8');
const at = sql.indexOf(';');
await connection.run(sql.slice(0, at));
const rows = (await connection.runAndReadAll(sql.slice(at + 1))).getRows();
const names = ['cells', 'out', 'in', 'packets-out', 'bytes-out', 'packets-in', 'bytes-in', 'rejected'];
console.log('dns ' + names.map((n, i) => `${n} ${rows[0][i]}`).join(' '));
