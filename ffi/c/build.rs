//! How libirsa.so is linked. Its soname moves when a program built before could not run with the library any more, and
//! for nothing else; the version of the crate moves with each release.

use std::env;

/// The number behind libirsa.so: of the binary interface, not of the release.
const SONAME: &str = "0";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let mut args = Vec::new();
    match (target("OS").as_str(), target("VENDOR").as_str()) {
        (_, "apple") => {
            // A program finds it by its own run path. What is loaded there stays loaded, since it has thread-local values.
            args.push(format!("-install_name,@rpath/libirsa.{SONAME}.dylib"));
            args.push(format!("-compatibility_version,{SONAME}"));
        }
        ("linux" | "android" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" | "illumos", _) => {
            args.push(format!("-soname,libirsa.so.{SONAME}"));
            // dlclose must not take the code from under a refreshing thread, or from under the destructor of a
            // thread-local value.
            args.push("-z,nodelete".into());
            // Every address is settled at the start, and then read-only.
            args.push("-z,relro,-z,now".into());
            // A symbol that nobody brings is an error here and not in the program of another. A sanitizer's come with
            // the program.
            if env::var_os("CARGO_CFG_SANITIZE").is_none() {
                args.push("-z,defs".into());
            }
        }
        _ => {}
    }
    for arg in args {
        println!("cargo:rustc-cdylib-link-arg=-Wl,{arg}");
    }
}
