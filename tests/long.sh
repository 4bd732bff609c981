#!/usr/bin/env bash
# Runs the long sets of the harnesses; their short sets run with every test run. Arguments are rows of docs/reliability.md; without arguments, all rows run in turn.
#
#   ./tests/long.sh R1 R9          200 kills; 20 disk sizes
#   ./tests/long.sh R12            a bucket of a million keys is listed twice within 350 MiB
#   ./tests/long.sh flowlogs       400 random logs and 20,000 mutated lines against the naive reader on every vector path, 2,000 cuts of a large object and every cut of a small one (R2, R3),
#                                  5,000 flipped bits, 400 random parquet tables both ways, 8,000 damaged ones, an object that expands to 2 GB (R12)
#   ./tests/long.sh live           live equals batch, on a hundred seeded stores
#   ./tests/long.sh circuits       100 open pages for ten minutes, 1,000 opened and closed, a lock of 10 s (S5, U1, U2, U3, U6)
#   ./tests/long.sh image          the image is built from nothing but what the Dockerfile copies, and is run
#   ./tests/long.sh --short        the short sets of all reliability rows, with the time that they take
#
# WAYWARD_SEED=n repeats a run; WAYWARD_PASSES=7 lets R4 fail every call in every way, 2-4 in some.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

rows=(R1 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15)
status=0
run() { # project filter
  dotnet test "tests/$1" -c Release --nologo --logger "console;verbosity=detailed" --filter "$2" || status=1
}
if [ "${1:-}" = --short ]; then
  filter=$(printf '|FullyQualifiedName~.%s_' "${rows[@]}")
  run Wayward.Engine.Tests "${filter:1}"
  echo "all short sets: $SECONDS s"
  exit "$status"
fi
export WAYWARD_LONG=1
[ $# -gt 0 ] || set -- flowlogs live circuits image "${rows[@]}"
for row in "$@"; do
  started=$SECONDS
  case $row in
    flowlogs) run Wayward.FlowLogs.Tests "FullyQualifiedName~DifferentialTests|FullyQualifiedName~DamageTests|FullyQualifiedName~IpSpellingTests" ;;
    live) run Wayward.Engine.Tests "FullyQualifiedName~LiveEqualsBatchTests" ;;
    image) run Wayward.Web.Tests "FullyQualifiedName~ImageTests" ;;
    circuits) run Wayward.Web.Tests "FullyQualifiedName~CircuitTests" ;;
    R10) run Wayward.Engine.Tests "FullyQualifiedName~ManyWorkersTests|FullyQualifiedName~ElectionTests" ;;
    *) [[ " ${rows[*]} " == *" $row "* ]] || { echo "tests/long.sh: there is no '$row'; rows: flowlogs live circuits image ${rows[*]}" >&2; exit 2; }
       run Wayward.Engine.Tests "FullyQualifiedName~.${row}_" ;;
  esac
  echo "$row: $((SECONDS - started)) s"
done
exit "$status"
