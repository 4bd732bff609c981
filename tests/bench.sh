#!/usr/bin/env bash
# Measures whole processes against each other, in turn (A B A B ...), and prints target, figure and verdict for each goal.
#
#   ./tests/bench.sh            10 objects of 1 million lines, 5 pairs a row: about half an hour
#   ./tests/bench.sh --quick    3 objects of 200,000 lines, 3 pairs a row: a few minutes, dominated by start-up
#
# Figures are medians of the per-pair ratios. cpu is user + system time of the process, which a busy machine disturbs least; judge wall times on a quiet one.
# Needs GNU time (Debian package: time), gzip and the .NET SDK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

objects=10 lines=1000000 pairs=5
[ "${1:-}" = "--quick" ] && objects=3 lines=200000 pairs=3
[ -x /usr/bin/time ] || { echo "tests/bench.sh needs GNU time (Debian package: time)" >&2; exit 2; }

work=${WAYWARD_BENCH_DIR:-artifacts/bench}
mkdir -p "$work"
work=$(realpath "$work")
dotnet publish tests/Wayward.Benchmarks -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" --self-contained false -p:PublishReadyToRun=true -o "$work/bin" -v q -nologo >/dev/null
bench="dotnet $work/bin/Wayward.Benchmarks.dll"

make_objects() { # folder, options
  local folder=$work/$1; shift
  [ -f "$folder.done" ] && [ "$(cat "$folder.done")" = "$*" ] && return
  rm -rf "$folder"; $bench generate "$folder" "$@"; echo "$*" >"$folder.done"
}
make_objects v2 --objects "$objects" --lines "$lines" --seed 1
make_objects v5 --objects 4 --lines "$lines" --seed 1 --format v5
make_objects many --objects $((objects * 5)) --lines $((lines / 10)) --seed 2
make_objects large --objects 2 --lines "$lines" --seed 3 --repeat 10
[ -f "$work/v2.parquet" ] || $bench parquet "$(ls "$work"/v2/*.gz | head -1)" "$work/v2.parquet"

v2=$(ls "$work"/v2/*.gz | tr '\n' ' ') v5=$(ls "$work"/v5/*.gz | tr '\n' ' ') many=$(ls "$work"/many/*.gz | tr '\n' ' ') large=$(ls "$work"/large/*.gz | tr '\n' ' ') first=$(ls "$work"/v2/*.gz | head -1)

once() { # name, command: appends "wall cpu MiB"
  /usr/bin/time -o "$work/t" -f '%e %U %S %M' bash -c "$2" >"$work/out.$1" 2>"$work/err" || { echo "failed: $2" >&2; cat "$work/err" >&2; exit 1; }
  tail -1 "$work/t" | awk '{ printf "%s %.2f %.0f\n", ($1 > 0 ? $1 : 0.01), $2 + $3, $4 / 1024 }' >>"$work/$1"
}
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { paste -d' ' "$work/a" "$work/b" | awk -v f="$1" '{ print $f / ($(f + 3) > 0 ? $(f + 3) : 0.01) }' | median; }
pair() { # commands A and B
  rm -f "$work/a" "$work/b"
  for _ in $(seq "$pairs"); do once a "$1"; once b "$2"; done
  wall=$(ratio 1) cpu=$(ratio 2) memory=$(ratio 3) peak=$(cut -d' ' -f3 "$work/a" | median)
}
failures=0
row() { # goal, what, figure, target
  local verdict=met
  awk -v x="$3" -v y="$4" 'BEGIN { exit !(x <= y) }' || { verdict="short"; failures=$((failures + 1)); }
  printf '| %-3s | %-62s | %8.2f | %6s | %-5s |\n' "$1" "$2" "$3" "$4" "$verdict"
}

echo "| Row | What, as a ratio unless said | Figure | Target | Verdict |"
echo "| --- | --- | --- | --- | --- |"
pair "$bench drain $v2" "zcat $v2 > /dev/null";           printf '| -   | %-62s | %8.2f | %6s | %-5s |\n' "GZipStream drained / zcat, wall: the physical limit of one worker" "$wall" "-" "-"
pair "$bench inflate $v2" "$bench drain $v2";             printf '| -   | %-62s | %8.2f | %6s | %-5s |\n' "own inflate, hash and checksum / GZipStream drained, cpu" "$cpu" "-" "-"
pair "$bench ingest 2 $work/v2" "zcat $v2 > /dev/null";   row G1 "ingest to committed cells and findings, 2 workers / zcat, wall" "$wall" 0.30; row G1 "the same, cpu" "$cpu" 0.55
pair "$bench ingest 1 $work/v2" "zcat $v2 > /dev/null";   row G2 "the same with 1 worker, wall" "$wall" 0.50
pair "$bench fold 1 $v2" "$bench drain $v2";              row G3 "read and fold without database, 1 worker / drained, wall" "$wall" 1.5; printf '| -   | %-62s | %8.2f | %6s | %-5s |\n' "the same, cpu" "$cpu" "-" "-"
for threads in 1 2; do
  pair "$bench fold $threads $v2" "$bench duckdb $threads $v2"
  row G4 "the same / DuckDB, $threads thread(s) each, wall" "$wall" 0.167; row G4 "the same, peak memory" "$memory" 0.20
  if [ "$(grep '^dns' "$work/out.a")" = "$(grep '^dns' "$work/out.b")" ]; then echo "|     | sums equal: $(grep '^dns' "$work/out.a") | | | |"; else row G4 "sums differ" 1 0; grep -h '^dns' "$work/out.a" "$work/out.b" >&2; fi
done
pair "$bench fold 2 $v2" "$bench fold 2 $many";           row G5 "peak memory of 2 workers, $objects objects, MiB" "$peak" 80; row G5 "$objects objects / $((objects * 5)) objects, peak memory" "$memory" 1.2
pair "$bench fold 2 $large" "$bench fold 2 $v2";          row G5 "objects ten times as large / these, peak memory" "$memory" 1.2
pair "$bench fold 2 $v2" "$bench fold 1 $v2";             row G6 "2 workers / 1 worker, wall" "$wall" 0.60
pair "$bench fold 1 $v5" "zcat $v5 > /dev/null";          row G7 "22 columns, 1 worker / zcat, wall" "$wall" 0.30
pair "$bench judge 1 $v2" "$bench fold 1 $v2";            row G9 "with detection / without, cpu" "$cpu" 1.2
pair "$bench read $work/v2.parquet" "$bench read $first"; row G10 "the same rows as gzip parquet / as text, wall" "$wall" 1.2
echo
echo "$failures short of the target; $(nproc) cores, $(awk '{ print $1 }' /proc/loadavg) load at the end, $(dotnet --version), $objects objects of $lines lines, $pairs pairs a row"
