#!/usr/bin/env bash
# Compares the fake S3 and SQS of the tests with other servers: OpenStack Swift's s3api (Debian packages) and local-aws-sqs (npm). The same tests run on both sides.
#
#   ./tests/interop.sh                     set both up, run tests/Wayward.Engine.Tests/Interop, stop them
#   ./tests/interop.sh COMMAND [ARGS...]   run another command instead, with the servers in WAYWARD_S3, WAYWARD_S3_KEY, WAYWARD_S3_SECRET and WAYWARD_SQS
#
# Needs root (Swift reads /etc/swift), apt and npm. Everything else is in artifacts/interop and on loopback ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$PWD/artifacts/interop
rm -rf "$work"; mkdir -p "$work"
die() { echo "tests/interop.sh: $*" >&2; exit 2; }
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; }
trap stop EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
answers() { # port, what
  for _ in $(seq 150); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.2; done
  tail -20 "$work"/*.log >&2; die "$2 does not answer"
}

# --- Swift ------------------------------------------------------------------------------------------------------
[ "$(id -u)" = 0 ] || die "must run as root: Swift reads its configuration from /etc/swift"
if ! command -v swift-proxy-server >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 -q update >"$work/apt.log" && apt-get -o DPkg::Lock::Timeout=300 -q install -y --no-install-recommends swift-proxy swift-account swift-container swift-object >>"$work/apt.log" 2>&1 \
    || die "could not install swift (see $work/apt.log)"
fi
mkdir -p "$work/devices/d1" "$work/cache" /etc/swift
if [ ! -f /etc/swift/swift.conf ] || ! grep -q wayward-interop /etc/swift/swift.conf; then
  [ ! -f /etc/swift/swift.conf ] || cp /etc/swift/swift.conf "/etc/swift/swift.conf.before-wayward"
  printf '# wayward-interop\n[swift-hash]\nswift_hash_path_prefix = wayward\nswift_hash_path_suffix = interop\n[storage-policy:0]\nname = only\ndefault = yes\n' >/etc/swift/swift.conf
fi
user=$(id -un)
proxy=$(free_port)
declare -A port
for kind in account container object; do
  port[$kind]=$(free_port)
  (cd "$work" && swift-ring-builder $kind.builder create 8 1 1 && swift-ring-builder $kind.builder add "r1z1-127.0.0.1:${port[$kind]}/d1" 1 && swift-ring-builder $kind.builder rebalance) >"$work/$kind.ring.log" 2>&1
  cat >"$work/$kind.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port[$kind]}
workers = 1
user = $user
swift_dir = $work
devices = $work/devices
mount_check = false
log_address = /dev/null
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
recon_cache_path = $work/cache
CONF
done
cat >"$work/proxy.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $proxy
workers = 1
user = $user
swift_dir = $work
log_address = /dev/null
[pipeline:main]
pipeline = catch_errors proxy-logging cache listing_formats bulk s3api tempauth copy slo dlo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:9
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONF
for kind in account container object; do swift-$kind-server "$work/$kind.conf" >"$work/$kind.log" 2>&1 & pids+=($!); done
swift-proxy-server "$work/proxy.conf" >"$work/proxy.log" 2>&1 & pids+=($!)

# --- local-aws-sqs ----------------------------------------------------------------------------------------------
command -v npm >/dev/null || die "npm is not installed"
(cd "$work" && echo '{"private":true}' >package.json && npm install --no-audit --no-fund local-aws-sqs@2.0.2 >npm.log 2>&1) || die "could not install local-aws-sqs (see $work/npm.log)"
queue=$(free_port)
echo "require('local-aws-sqs').createSqsServer({ port: $queue, hostname: '127.0.0.1', emulateQueueCreationLifecycle: false });" >"$work/sqs.js"
node "$work/sqs.js" >"$work/sqs.log" 2>&1 & pids+=($!)

answers "$proxy" Swift
answers "$queue" local-aws-sqs
export WAYWARD_S3="http://127.0.0.1:$proxy" WAYWARD_S3_KEY=test:tester WAYWARD_S3_SECRET=testing WAYWARD_SQS="http://127.0.0.1:$queue"
echo "Swift $(dpkg-query -W -f '${Version}' swift-proxy) at $WAYWARD_S3, local-aws-sqs 2.0.2 at $WAYWARD_SQS"
if [ $# -gt 0 ]; then "$@"; else
  dotnet test tests/Wayward.Engine.Tests -c Release --nologo --filter "FullyQualifiedName~Interop" --logger "console;verbosity=normal"
fi
