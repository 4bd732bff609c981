#!/usr/bin/env bash
# The rate of a backfill: one hour of an S3 layout repeated under other dates, through the tests' fake S3 and through Swift's s3api, against the same objects from a folder, in turn.
# Prints a table; what S3 gave must equal what the folder gave.
#
#   ./tests/backfill.sh            1,000 days (12,000 objects), two rounds; WAYWARD_ROUNDS=1 for one
#   ./tests/backfill.sh 50         50 days
#   ./tests/backfill.sh 50 --fake  without Swift, which needs root, apt and npm
#
# The layout is ../shared/data/traffic/g-s3-layout where it is there, else the project's own objects of the same shape.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export WAYWARD_BENCH=1 WAYWARD_REPEATS=${1:-1000} WAYWARD_ROUNDS=${WAYWARD_ROUNDS:-2}

dotnet build tests/Wayward.Engine.Tests -c Release --nologo -v quiet
measure=(dotnet test tests/Wayward.Engine.Tests -c Release --no-build --nologo --filter "FullyQualifiedName~BackfillRateTests" --logger "console;verbosity=detailed")
if [ "${2:-}" = --fake ]; then "${measure[@]}"; else ./tests/interop.sh "${measure[@]}"; fi
