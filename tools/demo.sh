#!/usr/bin/env bash
# Builds the two commands and plays a pod on this machine. Nothing leaves it.
source "$(dirname "$0")/lib.sh"
need_basics
need python3 "install Python 3.10 or later by your package manager"
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do
    unset "$name"
done
echo "building irsa and irsa-local (a few minutes the first time)"
cargo build -q --locked -p irsa-cli -p irsa-local
export PATH=$target/debug:$PATH IRSA_DEMO_LOG=$target/demo.log
exec irsa local run --config demo/irsa-local.yaml --log "$IRSA_DEMO_LOG" -- demo/pod.sh
