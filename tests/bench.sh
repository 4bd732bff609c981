#!/usr/bin/env bash
# Measures whole processes in turn (A B C A B C ...), and prints target, figure and verdict of each goal.
#
#   ./tests/bench.sh            10 objects of 1 million lines, 5 rounds a row: about ten minutes
#   ./tests/bench.sh --quick    3 objects of 200,000 lines, 3 rounds a row: a first look, dominated by start-up
#   ./tests/bench.sh G3 G4      only the groups of these goals
#
# Figures are medians of the ratios within a round. cpu is the user and system time of the process; a busy machine disturbs it least. Wall times need an idle machine.
# Needs GNU time (Debian package: time), gzip and the .NET SDK. DuckDB comes from npm when there is one (@duckdb/node-api), else with the benchmark's own packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

objects=10 lines=1000000 rounds=5 only=""
for argument in "$@"; do
  case $argument in
    --quick) objects=3 lines=200000 rounds=3 ;;
    G[1-9] | G10) only="$only $argument " ;;
    *) echo "usage: tests/bench.sh [--quick] [G1 ... G10]" >&2; exit 2 ;;
  esac
done
[ -x /usr/bin/time ] || { echo "tests/bench.sh needs GNU time (Debian package: time)" >&2; exit 2; }
wants() { [ -z "$only" ] && return 0; for goal in "$@"; do case $only in *" $goal "*) return 0 ;; esac; done; return 1; }

work=${WAYWARD_BENCH_DIR:-artifacts/bench}
mkdir -p "$work"
work=$(realpath "$work")
say() { echo "$*" >&2; }

# --- the programs, as published --------------------------------------------------------------------------------------
say "Publishing"
rid="linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"
for project in tests/Wayward.Benchmarks src/Wayward.Web; do
  dotnet publish "$project" -c Release -r "$rid" --self-contained false -o "$work/$(basename "$project")" -v q -nologo >"$work/publish.log" 2>&1 || { tail -20 "$work/publish.log" >&2; exit 1; }
done
bench="dotnet $work/Wayward.Benchmarks/Wayward.Benchmarks.dll"
wayward="dotnet $work/Wayward.Web/wayward.dll"
duckdb=node_duckdb
if ! command -v npm >/dev/null || ! { [ -d "$work/node/node_modules/@duckdb/node-api" ] || npm install --no-audit --no-fund --silent --prefix "$work/node" @duckdb/node-api@1.5.6-r.1 >&2; }; then duckdb=net_duckdb; fi

# --- the data --------------------------------------------------------------------------------------------------------
say "Making flow logs"
make_objects() { # folder, options
  local folder=$work/$1; shift
  [ -f "$folder.done" ] && [ "$(cat "$folder.done")" = "$*" ] && return
  rm -rf "$folder"; $bench generate "$folder" "$@"; echo "$*" >"$folder.done"
}
make_objects v2 --objects "$objects" --lines "$lines" --seed 1
make_objects v5 --objects 4 --lines "$lines" --seed 1 --format v5
make_objects many --objects $((objects * 5)) --lines $((lines / 10)) --seed 2
make_objects large --objects 2 --lines "$lines" --seed 3 --repeat 10
if [ "$(cat "$work/parquet.done" 2>/dev/null)" != "$objects $lines" ]; then
  rm -rf "$work/parquet"; mkdir -p "$work/parquet"
  for f in $(ls "$work"/v2/*.gz | head -3); do $bench parquet "$f" "$work/parquet/$(basename "$f" .log.gz).parquet"; done
  echo "$objects $lines" >"$work/parquet.done"
fi
# A service creates its database once, so creating it is not measured.
rm -rf "$work/empty"; $bench database "$work/empty"
list() { ls "$work/$1"/*."$2" | head -"${3:-1000}" | tr '\n' ' '; }
v2=$(list v2 gz) v5=$(list v5 gz) three=$(list v2 gz 3) parquet=$(list parquet parquet)

# --- measuring -------------------------------------------------------------------------------------------------------
# A group runs its commands in turn; each leaves a line "wall cpu MiB" a round in FOLDER/NAME.
figures=$work/figures
rm -rf "$figures"; mkdir -p "$figures"
once() { # name, command
  /usr/bin/time -o "$work/t" -f '%e %U %S %M' bash -c "exec $2" >"$figures/$1.out" 2>"$work/err" || { say "failed: $2"; cat "$work/err" >&2; exit 1; }
  tail -1 "$work/t" | awk '{ printf "%s %.2f %.1f\n", ($1 > 0 ? $1 : 0.01), ($2 + $3 > 0 ? $2 + $3 : 0.01), $4 / 1024 }' >>"$figures/$1"
}
group() { # name=command ...
  local round item
  for round in $(seq "$rounds"); do
    say "  round $round of $rounds: ${*%%=*}"
    for item in "$@"; do once "${item%%=*}" "${item#*=}"; done
  done
}
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { case $1 in wall) echo 1 ;; cpu) echo 2 ;; memory) echo 3 ;; esac; }
ratio() { paste -d' ' "$figures/$1" "$figures/$2" | awk -v f="$(column "$3")" '{ print $f / $(f + 3) }' | median; }
figure() { cut -d' ' -f"$(column "$2")" "$figures/$1" | median; }

failures=0
rows=$work/table.md
emit() { printf "| %-3s | %-72s | %8s | %7s | %-7s |\n" "$@" | tee -a "$rows"; }
number() { awk -v x="$1" 'BEGIN { print (x >= 20 ? sprintf("%.0f", x) : sprintf("%.2f", x)) }'; }
row() { # goal, what, figure, <= or >=, target
  local verdict=met
  awk -v x="$3" -v y="$5" -v sign="$4" 'BEGIN { exit !(sign == "<=" ? x <= y : x >= y) }' || { verdict=short failures=$((failures + 1)); }
  emit "$1" "$2" "$(number "$3")" "$4 $5" "$verdict"
}
note() { emit "" "$1" "$(number "$2")" "" ""; } # what, figure

node_duckdb() { # threads: the command
  $bench duckdb-sql "$1" $v2 >"$work/duckdb.$1.sql"
  echo "env UV_THREADPOOL_SIZE=$1 node tests/Wayward.Benchmarks/duckdb.mjs $work/node $work/duckdb.$1.sql"
}
net_duckdb() { echo "$bench duckdb $1 $v2"; }
sums() { grep -h '^dns' "$figures/$1.out"; }

: >"$rows"
emit Row "What; a ratio unless a unit is named" Figure Target Verdict
emit --- --- ---: ---: ---

if wants G1 G2 G9; then
  group "ingest2=$bench ingest 2 $work/v2 $work/empty" "zcat=zcat $v2" "ingest1=$bench ingest 1 $work/v2 $work/empty" "only1=$bench ingest-only 1 $work/v2 $work/empty"
  row G1 "whole ingest to committed cells and findings, 2 workers / zcat: wall" "$(ratio ingest2 zcat wall)" "<=" 0.30
  row G1 "the same: cpu" "$(ratio ingest2 zcat cpu)" "<=" 0.55
  row G2 "whole ingest, 1 worker / zcat: wall" "$(ratio ingest1 zcat wall)" "<=" 0.50
  note "the same: cpu" "$(ratio ingest1 zcat cpu)"
fi
if wants G3 G6; then
  group "drain=$bench drain $v2" "fold1=$bench fold 1 $v2" "fold2=$bench fold 2 $v2" "zcat3=zcat $v2" "inflate=$bench inflate $v2" "read=$bench read $v2"
  note "the physical limit: GZipStream drained / zcat, cpu" "$(ratio drain zcat3 cpu)"
  note "own inflate with checksums and SHA-256 / GZipStream drained, cpu" "$(ratio inflate drain cpu)"
  note "every line read and checked / GZipStream drained, cpu" "$(ratio read drain cpu)"
  row G3 "read and fold without database, 1 worker / GZipStream drained: wall" "$(ratio fold1 drain wall)" "<=" 1.5
  note "the same: cpu" "$(ratio fold1 drain cpu)"
fi
if wants G4; then
  for threads in 1 2; do
    group "fold=$bench fold $threads $v2" "duck=$($duckdb $threads)"
    [ "$(sums fold)" = "$(sums duck)" ] || { row G4 "equal sums, $threads thread(s)" 1 "<=" 0; sums fold >&2; sums duck >&2; }
    row G4 "DuckDB / the same without database, $threads thread(s) each: wall" "$(ratio duck fold wall)" ">=" 6
    note "the same: cpu" "$(ratio duck fold cpu)"
    row G4 "peak memory of that / of DuckDB, $threads thread(s) each" "$(ratio fold duck memory)" "<=" 0.2
    mv "$figures/fold" "$figures/fold.$threads"; mv "$figures/duck" "$figures/duck.$threads"
  done
fi
if wants G5; then
  scan="env DOTNET_ENVIRONMENT=Production sh -c '$wayward scan \$0 --format csv; [ \$? -lt 2 ]'"
  group "scan=$scan $work/v2" "scan-many=$scan $work/many" "scan-large=$scan $work/large"
  row G5 "peak memory of scan, 2 workers, $objects objects, MiB" "$(figure scan memory)" "<=" 80
  row G5 "$((objects * 5)) objects against these, MiB more" "$(awk -v a="$(figure scan-many memory)" -v b="$(figure scan memory)" 'BEGIN { print a - b }')" "<=" 10
  row G5 "objects ten times as large against these, MiB more" "$(awk -v a="$(figure scan-large memory)" -v b="$(figure scan memory)" 'BEGIN { print a - b }')" "<=" 10
fi
if wants G3 G6; then row G6 "2 workers / 1 worker, without database: wall" "$(ratio fold2 fold1 wall)" "<=" 0.60; fi
if wants G7; then
  group "fold5=$bench fold 1 $v5" "zcat5=zcat $v5"
  row G7 "22 columns, 1 worker without database / zcat: wall" "$(ratio fold5 zcat5 wall)" "<=" 0.30
  note "the same: cpu" "$(ratio fold5 zcat5 cpu)"
fi
if wants G8; then
  say "  writing"
  $bench write "$rounds" >"$figures/write"
  row G8 "rows written by the store's writer / a bare loop over the same statement" "$(cut -d' ' -f1 "$figures/write" | median)" ">=" 0.8
  row G8 "rows written by the store's writer / EF SaveChanges" "$(cut -d' ' -f2 "$figures/write" | median)" ">=" 20
fi
if wants G1 G2 G9; then row G9 "ingest with detection / without, 1 worker: cpu" "$(ratio ingest1 only1 cpu)" "<=" 1.2; fi
if wants G10; then
  group "table=$bench read $parquet" "text=$bench read $three" "net=$bench parquet-net $parquet"
  row G10 "the same rows as gzip parquet / as text: cpu" "$(ratio table text cpu)" "<=" 1.2
  row G10 "gzip parquet, needed columns, every row checked / Parquet.Net reading them: cpu" "$(ratio table net cpu)" "<=" 0.5
fi
echo
echo "$failures short of the target; $(nproc) cores, $rounds rounds a row, $objects objects of $lines lines; load at the end $(cut -d' ' -f1 /proc/loadavg)."
