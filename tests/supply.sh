#!/usr/bin/env bash
# What the program is made of.
#
#   ./tests/supply.sh notices        writes src/Wayward.Web/THIRD-PARTY-NOTICES.txt
#   ./tests/supply.sh sbom FILE      writes a bill of materials (CycloneDX 1.6, JSON)
#   ./tests/supply.sh audit          asks the registry for known vulnerabilities of all packages
#   ./tests/supply.sh reproducible   publishes from two folders and compares every byte
#   ./tests/supply.sh onefile        publishes one file for this platform, starts it, and reads a page and its files
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
web=src/Wayward.Web

claim() { dotnet test tests/Wayward.Web.Tests -c Release --nologo -v quiet --filter "FullyQualifiedName~SupplyChainTests.$1"; }

case "${1:-}" in
  notices) WAYWARD_WRITE=notices claim The_notices ;;
  sbom) WAYWARD_SBOM=$(realpath -m "${2:?a file to write}") claim The_bill_of_materials_names ;;
  audit)
    found=$(dotnet list Dashboard.sln package --vulnerable --include-transitive)
    echo "$found"
    if grep -q 'has the following vulnerable packages' <<<"$found"; then exit 1; fi ;;
  reproducible)
    work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
    for place in one another-place; do
      mkdir -p "$work/$place"
      tar c --exclude=bin --exclude=obj global.json Directory.Build.props Directory.Packages.props .editorconfig src migrations wwwroot-assets | tar x -C "$work/$place"
      (cd "$work/$place" && dotnet publish $web -c Release -o out --nologo -v quiet -p:UseAppHost=false -p:ReproduciblePaths=true -p:RunAnalyzers=false --disable-build-servers)
    done
    diff -r "$work/one/out" "$work/another-place/out" && echo "byte-equal: $(find "$work/one/out" -type f | wc -l) files" ;;
  onefile)
    rid=$(dotnet --info | awk '$1 == "RID:" { print $2; exit }' | sed -E 's/^[a-z]+[0-9.]*-/linux-/')
    work=$(mktemp -d); server=; trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
    dotnet publish $web -c Release -r "$rid" --self-contained -p:PublishSingleFile=true -o "$work/out" --nologo -v quiet
    ls -l "$work/out"
    # Started from elsewhere, as a service is.
    (cd / && exec "$work/out/wayward" demo --urls http://127.0.0.1:0 --data "$work/data") >"$work/log" 2>&1 & server=$!
    for _ in $(seq 60); do url=$(grep -oE 'http://127\.0\.0\.1:[1-9][0-9]*' "$work/log" | head -1) && [ -n "$url" ] && break; sleep 1; done
    [ -n "${url:-}" ] || { cat "$work/log"; exit 1; }
    page=$(curl -fsS -H 'Accept: text/html' "$url/")
    count=0
    for file in $(grep -oE '(href|src)="[^"]+\.(css|js|svg)"' <<<"$page" | sed -E 's/^[^"]+"|"$//g' | sort -u); do
      curl -fsS -o /dev/null "$url/${file#/}" && count=$((count + 1))
    done
    echo "one file: the page and $count of its files answer" ;;
  *) sed -n '2,8p' "$0"; exit 2 ;;
esac
