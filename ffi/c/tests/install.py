"""install.py TARGET PANICKING: libirsa as one installs it: files, symbols, header, beside another Rust library, docs/c.md.

TARGET is cargo's folder with a built libirsa in it, PANICKING a static library with the feature panic-injection. The
page is followed word for word in an empty folder: blocks whose first line names a file are that file, lines after `$ `
are typed, and what stands below them has to be printed (`…` stands for anything).
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = ROOT / "ffi/c"
TARGET, PANICKING = map(pathlib.Path, sys.argv[1:3])
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
# What must not be passed unnoticed. Of libirsa.so 0.3 MB are for unwinding, 0.2 tables of ring.
MOST_BYTES = 4_400_000
MOST_ARCHIVE = 10_000_000

# Signs, and fails: both use what unwinds.
SMOKE = """
#include <stdio.h>
#include <irsa.h>
int main(void) {
    irsa_header host = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
    irsa_request request = IRSA_ZERO;
    irsa_signing signing = IRSA_ZERO;
    irsa_error *err = NULL;
    char out[2048];
    size_t length = 0;
    request.size = sizeof request;
    request.method = irsa_str_of("GET");
    request.query = irsa_str_of("Action=ListUsers&Version=2010-05-08");
    request.headers = &host;
    request.header_count = 1;
    signing.size = sizeof signing;
    signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
    signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    signing.region = irsa_str_of("us-east-1");
    signing.service = irsa_str_of("iam");
    signing.time_ms = INT64_C(1440938160000);
    if (irsa_request_sign(&signing, &request, NULL, out, sizeof out, &length, NULL) != IRSA_OK) return 1;
    if (irsa_request_sign(NULL, &request, NULL, out, sizeof out, &length, &err) != IRSA_C_NULL) return 2;
    printf("%s %d %.*s", irsa_version(), irsa_error_code(err), (int)length, out);
    irsa_error_free(err);
    return 0;
}
"""

# Another Rust library, with a panic that it catches itself.
OTHER = """
#[unsafe(no_mangle)]
pub extern "C" fn other_panics(text: *const std::ffi::c_char) -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| {
        let text = unsafe { std::ffi::CStr::from_ptr(text) }.to_str().unwrap().to_owned();
        let thread = std::thread::spawn(move || text.parse::<u8>().unwrap());
        thread.join().unwrap()
    });
    caught.is_err() as i32
}
"""
BESIDE = """
#include <irsa.h>
#include <stdio.h>
int other_panics(const char *text);
#ifdef PANICS
void irsa_test_panic(const char *name);
#endif
int main(void) {
    irsa_keys *keys = NULL;
    irsa_error *err = NULL;
    for (int turn = 0; turn < 3; turn++) {
        if (other_panics("7") != 0 || other_panics("seven") != 1) return 1;
#ifdef PANICS
        irsa_test_panic("irsa_keys_new");
        if (irsa_keys_new(1, &keys, &err) != IRSA_BUG) return 2;
        puts(irsa_error_message(err));
        irsa_error_free(err);
#endif
        if (irsa_keys_new(1, &keys, &err) != IRSA_OK) return 3;
        irsa_keys_free(keys);
    }
    puts("both");
    return 0;
}
"""


def run(*command, **how):
    """Its output. What fails is an error with all that it printed."""
    how = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | how
    done = subprocess.run([str(word) for word in command], **how)
    assert done.returncode == 0, f"{' '.join(map(str, command))} gives {done.returncode}:\n{done.stdout}"
    return done.stdout


def installed(folder, **variables):
    """A whole installation below `folder`, of what is built."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET), "DESTDIR": str(folder)} | variables
    run(HERE / "install.sh", "--built", env=environment)


def version():
    return re.search(r'\[workspace.package\]\s*version = "(.*?)"', (ROOT / "Cargo.toml").read_text())[1]


def functions():
    """Those of the header."""
    text = re.sub(r"/\*.*?\*/", "", (HERE / "include/irsa.h").read_text(), flags=re.S)
    return set(re.findall(r"^(?!static)[\w *]*?\b(irsa_\w+)\(", text, re.M)) - {"irsa_str_of"}


def pkg_config(prefix, *words, libdir="lib"):
    environment = os.environ | {"PKG_CONFIG_PATH": str(prefix / libdir / "pkgconfig")}
    return run("pkg-config", *words, env=environment).split()


def build(folder, name, text, *flags, compiler="gcc"):
    """Builds a program from one source; flags that are libraries stand behind it."""
    source = folder / f"{name}.{'cpp' if compiler.endswith('++') else 'c'}"
    source.write_text(text)
    run(compiler, *STRICT, "-o", folder / name, source, *flags)
    return folder / name


def signs(program, **variables):
    printed = run(program, env=os.environ | variables)
    assert printed.startswith(f"{version()} 300 "), printed
    assert re.search(r"authorization: AWS4-HMAC-SHA256 .*/20150830/us-east-1/iam/.* Signature=[0-9a-f]{64}", printed), printed


def needed(path):
    return set(re.findall(r"\(NEEDED\).*\[(.*?)\]", run("readelf", "-d", path)))


def check_files(folder, prefix):
    have = {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()}
    want = {
        "include/irsa.h",
        "lib/libirsa.a",
        "lib/libirsa.so",
        "lib/libirsa.so.0",
        f"lib/libirsa.so.{version()}",
        "lib/pkgconfig/irsa.pc",
        "lib/pkgconfig/irsa-static.pc",
        "lib/cmake/irsa/irsaConfig.cmake",
        "lib/cmake/irsa/irsaConfigVersion.cmake",
        "share/doc/irsa/c.md",
        "share/doc/irsa/LICENSE-APACHE",
        "share/doc/irsa/LICENSE-MIT",
    }
    assert have == want, f"too many: {have - want}, missing: {want - have}"
    assert os.readlink(prefix / "lib/libirsa.so.0") == f"libirsa.so.{version()}"
    left = [path for path in prefix.rglob("*") if path.is_file() and str(folder).encode() in path.read_bytes()]
    assert not left, f"these name the folder of the installation: {left}"


def check_exports(folder, prefix):
    library = prefix / "lib/libirsa.so"
    shared = {line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()}
    assert shared == functions(), f"libirsa.so and irsa.h differ in {shared ^ functions()}"
    static = [line.split() for line in run("nm", "-g", "--defined-only", prefix / "lib/libirsa.a").splitlines()]
    static = {words[2] for words in static if len(words) == 3}
    assert static == functions(), f"libirsa.a and irsa.h differ in {static ^ functions()}"


def check_linking(folder, prefix):
    library = prefix / "lib/libirsa.so"
    dynamic = run("readelf", "-d", library)
    assert "soname: [libirsa.so.0]" in dynamic, dynamic
    assert re.search(r"FLAGS_1.*NOW.*NODELETE", dynamic), dynamic
    assert "GNU_RELRO" in run("readelf", "-lW", library)
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic and "TEXTREL" not in dynamic, dynamic
    ours = {"libc.so.6", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
    assert needed(library) <= ours, needed(library)


def check_size(folder, prefix):
    shared, static = ((prefix / "lib" / name).stat().st_size for name in ("libirsa.so", "libirsa.a"))
    print(f"libirsa.so has {shared:,} bytes, libirsa.a {static:,}")
    assert shared <= MOST_BYTES, f"more than {MOST_BYTES:,}"
    assert static <= MOST_ARCHIVE, f"libirsa.a: more than {MOST_ARCHIVE:,}"


def check_header(folder, prefix):
    for times in 1, 2:
        text = '#include "irsa.h"\n' * times
        for compiler in filter(shutil.which, ("gcc", "clang")):
            for standard in "c99", "c11", "c17":
                source = folder / "header.c"
                source.write_text(text + "int irsa_is_here;\n")
                run(compiler, f"-std={standard}", *STRICT, "-fsyntax-only", "-I", prefix / "include", source)
        for compiler in filter(shutil.which, ("g++", "clang++")):
            for standard in "c++17", "c++20":
                source = folder / "header.cpp"
                source.write_text(text + "int irsa_is_here;\n")
                run(compiler, f"-std={standard}", *STRICT, "-fsyntax-only", "-I", prefix / "include", source)


def check_pkg_config(folder, prefix):
    assert pkg_config(prefix, "--modversion", "irsa") == [version()]
    flags = pkg_config(prefix, "--cflags", "--libs", "irsa")
    signs(build(folder, "shared", SMOKE, *flags), LD_LIBRARY_PATH=str(prefix / "lib"))
    assert "libirsa.so.0" in needed(folder / "shared")
    signs(build(folder, "archive", SMOKE, *pkg_config(prefix, "--cflags", "--libs", "irsa-static")))
    assert not any("irsa" in name for name in needed(folder / "archive"))
    # A program without any shared library; glibc warns of getaddrinfo.
    flags = [flag for flag in pkg_config(prefix, "--static", "--cflags", "--libs", "irsa") if flag != "-Werror"]
    source = folder / "static.c"
    source.write_text(SMOKE)
    run("gcc", "-static", "-o", folder / "static", source, *flags)
    signs(folder / "static")


def check_cplusplus(folder, prefix):
    flags = pkg_config(prefix, "--cflags", "--libs", "irsa-static")
    signs(build(folder, "plus", SMOKE, *flags, compiler="g++"))


def check_cmake(folder, prefix):
    project = folder / "project"
    project.mkdir()
    (project / "smoke.c").write_text(SMOKE)
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(smoke C)\n"
        "find_package(irsa 0.1 REQUIRED)\nfind_package(irsa REQUIRED)\n"
        "foreach(kind irsa irsa_static)\n  add_executable(${kind} smoke.c)\n"
        "  target_link_libraries(${kind} PRIVATE irsa::irsa${static})\n  set(static _static)\nendforeach()\n"
    )
    run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", project / "build")
    for kind in "irsa", "irsa_static":
        signs(project / "build" / kind)
    assert "libirsa.so.0" in needed(project / "build/irsa")
    assert not any("irsa" in name for name in needed(project / "build/irsa_static"))
    for asked in "0.2", "1.0", "0.0.1 EXACT":
        text = f"cmake_minimum_required(VERSION 3.10)\nproject(no C)\nfind_package(irsa {asked} REQUIRED)\n"
        (project / "CMakeLists.txt").write_text(text)
        command = ["cmake", "-S", project, "-B", project / "no", f"-DCMAKE_PREFIX_PATH={prefix}"]
        assert subprocess.run(command, capture_output=True).returncode != 0, f"version {asked} is taken for this one"


def check_libdir(folder, prefix):
    """Other folders for libraries: below PREFIX, deeper, outside."""
    for libdir, where in ("lib/x86_64-linux-gnu", "opt/x/lib/x86_64-linux-gnu"), ("/opt/x/lib64", "opt/x/lib64"), ("/usr/lib/x", "usr/lib/x"):
        place = folder / where.replace("/", "-")
        installed(place, PREFIX="/opt/x", LIBDIR=libdir)
        pc = place / where / "pkgconfig/irsa.pc"
        said = run("pkg-config", "--cflags", "--libs", "irsa", env=os.environ | {"PKG_CONFIG_PATH": str(pc.parent)})
        if where.startswith("usr"):
            assert said.split() == ["-I/opt/x/include", "-L/usr/lib/x", "-lirsa"], said
            continue
        signs(build(place, "smoke", SMOKE, *said.split(), f"-Wl,-rpath,{place / where}"))
        (place / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.10)\nproject(smoke C)\nfind_package(irsa REQUIRED)\n"
            "add_executable(program smoke.c)\ntarget_link_libraries(program irsa::irsa)\n"
        )
        run("cmake", "-S", place, "-B", place / "build", f"-Dirsa_DIR={place / where / 'cmake/irsa'}")
        run("cmake", "--build", place / "build")
        signs(place / "build/program")


def check_beside_another_rust_library(folder, prefix):
    (folder / "other.rs").write_text(OTHER)
    run("rustc", "--edition", "2024", "--crate-type", "staticlib", "-O", "-o", folder / "libother.a", folder / "other.rs")
    flags = pkg_config(prefix, "--cflags", "--libs", "irsa-static")
    run(HERE / "archive.sh", PANICKING, folder / "libirsa.a")
    panicking = [str(folder / "libirsa.a") if flag.endswith("libirsa.a") else flag for flag in flags]
    for name, libraries in ("good", flags), ("panicking", ["-DPANICS", *panicking]):
        # In either order, since a linker takes the first of two definitions.
        for order in [folder / "libother.a", *libraries], [*libraries, folder / "libother.a"]:
            printed = run(build(folder, name, BESIDE, *order))
            assert printed.endswith("both\n"), printed
            assert printed.count("irsa_keys_new panicked") == (3 if name == "panicking" else 0), printed


def check_page(folder, prefix):
    """docs/c.md, word for word."""
    home, place = folder / "home", folder / "home/first"
    place.mkdir(parents=True)
    (place / "irsa").symlink_to(ROOT)
    environment = {
        "HOME": str(home),
        "PATH": f"{TARGET / 'debug'}:{os.environ['PATH']}",
        "CARGO_HOME": os.environ.get("CARGO_HOME", str(pathlib.Path.home() / ".cargo")),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(pathlib.Path.home() / ".rustup")),
        "CARGO_TARGET_DIR": str(TARGET),
    }
    script, expected = ["set -eu"], []
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/c.md").read_text(), re.S | re.M):
        name = re.match(r"(?:/\*|#) (\S+\.\w+)\b.*\n", block)
        if language == "console":
            for line in block.splitlines():
                if line.startswith("$ "):
                    expected.append([])
                    script += ["echo '@@'", line[2:]]
                else:
                    expected[-1].append(line)
        elif name:
            (place / name[1]).write_text(block)
    assert len(expected) > 5, "the page has hardly any commands"
    printed = run("bash", "-c", "\n".join(script), cwd=place, env=environment)
    for command, wanted, got in zip((line for line in script if not line.startswith(("echo '@@'", "set "))), expected, printed.split("@@\n")[1:]):
        at = 0
        for line in wanted:
            found = re.compile("^" + ".*".join(map(re.escape, line.split("…"))) + "$", re.M).search(got, at)
            assert found, f"`{command}` does not print\n  {line}\nbut\n{got}"
            at = found.end()
    print(f"followed {len(expected)} commands")


def main():
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        installed(folder / "stage", PREFIX="/opt/irsa")
        # It has to work where nobody said that it would be.
        prefix = folder / "moved"
        (folder / "stage/opt/irsa").rename(prefix)
        for name, check in list(globals().items()):
            if name.startswith("check_"):
                work = folder / name
                work.mkdir()
                try:
                    check(work, prefix)
                    passed += 1
                    print(f"ok: {name[6:].replace('_', ' ')}")
                except AssertionError as error:
                    failed += 1
                    print(f"FAILED: {name[6:].replace('_', ' ')}: {error}")
    print(f"c-install: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
