#!/usr/bin/env bash
# judge.sh PEER [ARGUMENT…]: builds the commands and has tests/judges/PEER.py judge them, with the Python packages of
# tools/python/PEER.txt and the servers that it needs. It ends with a line `N passed, N failed`.
source "$(dirname "$0")/lib.sh"

minio() {
    go_tool minio github.com/minio/minio github.com/minio/minio v0.0.0-20260212201848-7aac2a2c5b7c
}

need_basics
case $1 in
minio)
    need go "$GO_HOW"
    minio
    ;;
kube)
    need go "$GO_HOW"
    go_tool etcd go.etcd.io/etcd/server/v3 go.etcd.io/etcd/server/v3 v3.7.0 tools/go/kube
    go_tool kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes v1.37.2 tools/go/kube
    minio
    ;;
esac
venv "$1"
cargo build -q --locked -p irsa-cli -p irsa-local
exec "$target/venv/$1/bin/python" "tests/judges/$1.py" "$target/debug" "${@:2}"
