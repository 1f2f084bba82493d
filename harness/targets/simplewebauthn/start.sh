#!/bin/sh
# Starts a relying party on @simplewebauthn/server; installs it first when that has not been done.
# NODE names a Node 20 or newer, PORT the loopback port, TRUST_ANCHORS a PEM file of attestation roots.
set -eu
cd "$(dirname "$0")"
if [ node_modules/.package-lock.json -ot package-lock.json ] || [ ! -e node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2
fi
exec "${NODE:-node}" server.mjs
