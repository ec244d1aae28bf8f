//! What src/api.rs declares is what irsa.h says: the C compiler judges it.

use irsa_vectors_c::{FUNCTIONS, STRUCTS};
use std::{fmt::Write, path::Path, process::Command};

#[test]
fn the_declarations_are_those_of_the_header() {
    let mut source = String::from("#include <stddef.h>\n#include \"irsa.h\"\n");
    for (name, size, members) in STRUCTS {
        writeln!(source, "_Static_assert(sizeof({name}) == {size}, \"{name}\");").unwrap();
        writeln!(source, "static void of_{name}({name} *it) {{").unwrap();
        for (member, offset, ty) in *members {
            writeln!(source, "    _Static_assert(offsetof({name}, {member}) == {offset}, \"{name}.{member}\");")
                .unwrap();
            writeln!(source, "    {{ {} *same = &it->{member}; (void)same; }}", c_type(ty)).unwrap();
        }
        source += "}\n";
        writeln!(source, "void (*use_{name})({name} *) = of_{name};").unwrap();
    }
    for (name, arguments, result) in FUNCTIONS {
        let arguments: Vec<String> = arguments.iter().map(|ty| c_type(ty)).collect();
        let list = if arguments.is_empty() { "void".into() } else { arguments.join(", ") };
        writeln!(source, "{} (*use_{name})({list}) = {name};", c_type(result)).unwrap();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join("declarations.c");
    std::fs::write(&path, &source).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ffi/c/include");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let output = Command::new(compiler)
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"])
        .arg(include)
        .arg(&path)
        .output()
        .expect("a C compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// `*const *mut T` as C has it: const stands behind what it is about.
fn c_type(ty: &str) -> String {
    match ty.split_once(' ') {
        Some(("*const", rest)) => format!("{} const *", c_type(rest)),
        Some(("*mut", rest)) => format!("{} *", c_type(rest)),
        _ => match ty {
            "()" | "c_void" => "void",
            "c_char" => "char",
            "c_int" => "int",
            "usize" => "size_t",
            "u8" => "uint8_t",
            "u32" => "uint32_t",
            "u64" => "uint64_t",
            "i32" => "int32_t",
            "i64" => "int64_t",
            other => other,
        }
        .into(),
    }
}
