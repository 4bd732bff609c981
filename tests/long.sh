#!/usr/bin/env bash
# The long forms of the flow-log harnesses, whose short forms run with every test run: 400 random logs and 20,000 mutated lines against the naive reader on every vector path, 2,000 cuts of a
# large object and every cut of a small one, 5,000 flipped bits, 2,000 damaged parquet files, an object that expands to 2 GB. Then live against batch: a hundred seeded stores. Minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export WAYWARD_LONG=1 LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet test tests/Wayward.FlowLogs.Tests -c Release --nologo --logger "console;verbosity=detailed" \
  --filter "FullyQualifiedName~DifferentialTests|FullyQualifiedName~DamageTests|FullyQualifiedName~IpSpellingTests"
dotnet test tests/Wayward.Ingest.Tests -c Release --nologo --logger "console;verbosity=detailed" --filter "FullyQualifiedName~LiveEqualsBatchTests"
