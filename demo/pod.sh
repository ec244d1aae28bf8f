#!/usr/bin/env bash
# What the demo does as a pod. `irsa local run` starts it with a pod's environment; $IRSA_DEMO_LOG is its access log.
set -euo pipefail

# shown LINE COMMAND…: the line as a person would type it, and what the command prints.
shown() {
    printf '\n$ %s\n' "$1"
    shift
    "$@"
}

# refused WORD LINE COMMAND…: likewise, but the command has to fail, with that word in what it prints; then the reason,
# from the evaluation that decided: the end of the server's last log line.
refused() {
    local word=$1 output
    shift
    if output=$(shown "$@" 2>&1); then
        echo "$output"
        echo "demo: error: this should have been refused" >&2
        exit 1
    fi
    echo "$output"
    grep -qF "$word" <<<"$output"
    sed -n 's/.* why="\(.*\)"$/server: why: \1/p' "$IRSA_DEMO_LOG" | tail -n 1
}

fetch=$PWD/demo/fetch.py
cd "$(mktemp -d)"
trap 'rm -r "$PWD"' EXIT

shown 'irsa whoami' irsa whoami
shown 'irsa get secret shop/db' irsa get secret shop/db
echo

sts="$AWS_ENDPOINT_URL_STS/?Action=GetCallerIdentity&Version=2011-06-15"
url=$(irsa presign --service sts "$sts")
shown 'url=$(irsa presign --service sts "$sts"); demo/fetch.py "$url"' "$fetch" "$url"
if [ "${url: -1}" = 0 ]; then last=1; else last=0; fi
refused SignatureDoesNotMatch "demo/fetch.py \"\${url%?}$last\"    # the last digit of the signature changed" \
    "$fetch" "${url%?}$last"

irsa local token --audience vault >token
refused sts-access-denied 'irsa local token --audience vault >token; irsa whoami --token-file token' \
    irsa whoami --token-file token

shown 'irsa whoami    # with the token of the pod again' irsa whoami
