#!/usr/bin/env bash
# Builds everything in Release without a warning and runs every test project. Installs what it needs first.
#
#   ./tests/run.sh              all test projects
#   ./tests/run.sh Core Web     only tests/Wayward.Core.Tests and tests/Wayward.Web.Tests
#
# The last line is "N passed, N failed, N skipped". Exit code 0 only when the build is clean, at least one test ran
# in every project asked for, and none failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# No build server may outlive the script: it would keep the caller's pipes open.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1
export LC_ALL=C.UTF-8

results=artifacts/test-results
rm -rf "$results" && mkdir -p "$results" || exit 1

die() { echo "tests/run.sh: $*" >&2; summary; exit 1; }

# Sums the counters of all result files. Skipped tests are in none of trx's own counters: they are total - executed.
summary() {
  local sums
  sums=$(find "$results" -name '*.trx' -exec grep -hoE '<Counters [^>]*>' {} + | awk '
    function attribute(name,   m) {
      if (!match($0, " " name "=\"[0-9]+\"")) return 0
      m = substr($0, RSTART, RLENGTH); gsub(/[^0-9]/, "", m); return m + 0
    }
    { passed += attribute("passed"); failed += attribute("failed") + attribute("error") + attribute("timeout") + attribute("aborted")
      skipped += attribute("total") - attribute("executed") }
    END { printf "%d %d %d", passed, failed, skipped }')
  read -r passed failed skipped <<<"$sums"
  echo "$passed passed, $failed failed, $skipped skipped"
}

# --- what the machine needs -------------------------------------------------------------------------------------
command -v dotnet >/dev/null || die "the .NET 10 SDK is not installed (https://dot.net); nothing else has to be set up by hand"

packages=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || packages+=(chromium)
# strace: tests the order of system calls (a message is deleted after its commit is synced). Skipped where tracing is not allowed.
[ "$(uname -s)" != Linux ] || command -v strace >/dev/null || packages+=(strace)
if ! command -v fc-list >/dev/null; then packages+=(fontconfig fonts-noto-cjk)
elif ! fc-list 2>/dev/null | grep -qi cjk; then packages+=(fonts-noto-cjk); fi
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || packages+=(postgresql)
if [ ${#packages[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    echo "Installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt=("${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -q)
    "${apt[@]}" update >"$results/apt.log" 2>&1
    "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >>"$results/apt.log" 2>&1 \
      || { tail -20 "$results/apt.log"; die "could not install ${packages[*]}"; }
  else
    echo "Not installed: ${packages[*]} (no apt-get, or not root); the tests that need them are skipped"
  fi
fi

# --- build ------------------------------------------------------------------------------------------------------
echo "Building Dashboard.sln (Release)"
dotnet build Dashboard.sln -c Release --nologo -v quiet -warnaserror --disable-build-servers || die "the build failed or warned"

# --- test -------------------------------------------------------------------------------------------------------
# One project after another: each already spreads its tests over all cores, and those that watch the clock or drive a
# browser are not disturbed by a neighbour.
if [ $# -gt 0 ]; then projects=("$@"); else
  projects=(); for folder in tests/*.Tests; do name=${folder#tests/Wayward.}; projects+=("${name%.Tests}"); done
fi
status=0
run() { # name configuration
  local log="Wayward.$1.$2.trx" started=$SECONDS
  echo "Testing Wayward.$1.Tests ($2)"
  dotnet test "tests/Wayward.$1.Tests" -c "$2" --nologo -v quiet "${@:3}" --results-directory "$results" \
    --logger "trx;LogFileName=$log" --logger "console;verbosity=minimal" --blame-hang-timeout 5m --blame-hang-dump-type none || status=1
  [ -f "$results/$log" ] || { echo "tests/run.sh: Wayward.$1.Tests ($2) ran no test" >&2; status=1; }
  echo "  $((SECONDS - started)) s"
}
for project in "${projects[@]}"; do
  [ -d "tests/Wayward.$project.Tests" ] || die "there is no test project Wayward.$project.Tests"
  run "$project" Release --no-build
  # The reader's buffers are tiny in Debug, so that every test crosses a refill.
  [ "$project" != FlowLogs ] || run FlowLogs Debug --disable-build-servers
done

echo
summary
[ "$status" = 0 ] && [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
