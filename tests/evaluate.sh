#!/bin/bash
# Prints the evaluation tables of docs/evaluation.md: scenarios, ablations, backgrounds, calibration.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out" "$out.log"' EXIT
if ! WAYWARD_EVALUATE="$out" dotnet test tests/Wayward.Core.Tests -c Release --nologo --filter FullyQualifiedName~EvaluationTests > "$out.log" 2>&1; then
  cat "$out.log" >&2
  [ -s "$out" ] && cat "$out"
  exit 1
fi
cat "$out"
