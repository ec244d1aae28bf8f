#!/usr/bin/env bash
# clients.sh [SDK…]: builds the programs of tests/judges/{go,js,java} under target/judges/, where their toolchains
# are, and has them, boto3 and the aws CLI judge irsa-local and irsa serve; where some are named, those alone (`services`
# is boto3 on SSM, S3 and RDS).
source "$(dirname "$0")/lib.sh"
built=$target/judges
sources=tests/judges
wanted=${*:-go js java curl}
mkdir -p "$built"

wants() {
    [[ " $wanted " == *" $1 "* ]]
}

go_program() {
    optional_since 1.24 go "the AWS SDK for Go" "install Go 1.24 or later" || return 0
    GOTOOLCHAIN=local CGO_ENABLED=0 go build -C "$sources/go" -trimpath -o "$built/go/client" . ||
        die "go could not build $sources/go"
}

js_program() {
    optional_since 20 node "the AWS SDK for JavaScript" "install Node 20 or later" || return 0
    optional npm "the AWS SDK for JavaScript" "install npm" || return 0
    mkdir -p "$built/js"
    cp "$sources"/js/{package.json,client.js} "$built/js"
    cmp -s "$sources/js/package-lock.json" "$built/js/installed.json" && return
    cp "$sources"/js/{package-lock.json,.npmrc} "$built/js"
    (cd "$built/js" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
        die "npm could not install what $sources/js/package-lock.json names into $built/js"
    cp "$sources/js/package-lock.json" "$built/js/installed.json"
}

java_program() {
    optional_since 17 javac "the AWS SDK for Java" "install a JDK 17 or later" || return 0
    optional mvn "the AWS SDK for Java" "install Maven" || return 0
    mkdir -p "$built/java"
    if ! cmp -s "$sources/java/pom.xml" "$built/java/pom.xml"; then
        rm -rf "$built/java/jars"
        mvn -B -q -Dstyle.color=never -f "$sources/java/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
            "-DoutputDirectory=$built/java/jars" || die "mvn could not get what $sources/java/pom.xml names"
        cp "$sources/java/pom.xml" "$built/java/pom.xml"
    fi
    javac --release 17 -cp "$built/java/jars/*" -d "$built/java" "$sources/java/Client.java"
}

curl_program() {
    optional_since 7.88 curl "curl as a witness of the verifier" "install curl 7.88 or later" || return 0
    ln -s "$(command -v curl)" "$built/curl"
}

# What was built with a toolchain that has gone must not be run.
rm -f "$built/go/client" "$built/js/client.js" "$built/java/Client.class" "$built/curl"
! wants go || go_program
! wants js || js_program
! wants java || java_program
! wants curl || curl_program
exec tools/judge.sh clients "$built" "$@"
