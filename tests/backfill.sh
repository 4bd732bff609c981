#!/usr/bin/env bash
# Measures the rate of a backfill. The objects are one hour of an S3 layout, repeated under other dates. They are read through the fake S3 of the tests,
# through Swift's s3api and from a folder, in turn. Prints a table. All must give the same result.
#
#   ./tests/backfill.sh            1,000 days (12,000 objects), two rounds; WAYWARD_ROUNDS=1 for one
#   ./tests/backfill.sh 50         50 days
#   ./tests/backfill.sh 50 --fake  without Swift, which needs root, apt and npm
#
# If ../shared/data/traffic/g-s3-layout exists, its objects are used; otherwise generated objects of the same shape.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export WAYWARD_BENCH=1 WAYWARD_REPEATS=${1:-1000} WAYWARD_ROUNDS=${WAYWARD_ROUNDS:-2}

dotnet build tests/Wayward.Engine.Tests -c Release --nologo -v quiet
measure=(dotnet test tests/Wayward.Engine.Tests -c Release --no-build --nologo --filter "FullyQualifiedName~BackfillRateTests" --logger "console;verbosity=detailed")
if [ "${2:-}" = --fake ]; then "${measure[@]}"; else ./tests/interop.sh "${measure[@]}"; fi
