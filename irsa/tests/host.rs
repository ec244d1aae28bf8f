//! Files, programs, waits and the driver.

mod common;

use common::{Folder, Server, effect, host};
use irsa::{
    Cancel,
    core::{
        Code, Mono,
        effect::{Answer, Ask, FileFault, RunFault, RunOutput},
        flow::Flow,
        secret::SecretBytes,
    },
};
use std::{fs, sync::Arc, thread, time::Duration};

fn read(path: &str, limit: u32) -> Result<irsa::core::effect::FileContent, FileFault> {
    match host(&[]).run(&effect(Ask::ReadFile { path: path.into(), limit }), &Cancel::new()) {
        Answer::File(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn write(path: &str, bytes: &str) -> Result<(), FileFault> {
    let bytes = Arc::new(SecretBytes::from(bytes.as_bytes()));
    match host(&[]).run(&effect(Ask::WriteFile { path: path.into(), bytes }), &Cancel::new()) {
        Answer::Written(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_are_told_apart() {
    let folder = Folder::new();
    let token = folder.file("token", "abc\n");
    assert_eq!(read(&token, 4).unwrap().bytes.expose(), b"abc\n");
    assert_eq!(read(&token, 3).unwrap_err(), FileFault::TooLarge(4));
    assert_eq!(read(&folder.file("empty", ""), 0).unwrap().bytes.len(), 0);
    assert_eq!(read(&folder.at("none"), 9).unwrap_err(), FileFault::Missing);
    assert_eq!(read(&format!("{token}/below"), 9).unwrap_err(), FileFault::Missing, "a file where a folder should be");
    assert_eq!(read(folder.path().to_str().unwrap(), 9).unwrap_err(), FileFault::Directory);
    assert_eq!(read("", 9).unwrap_err(), FileFault::Missing);
    assert!(matches!(read("a\0b", 9).unwrap_err(), FileFault::Other(_)));
    let megabyte = folder.file("large", vec![b'a'; 1 << 20]);
    assert_eq!(read(&megabyte, 20_000).unwrap_err(), FileFault::TooLarge(1 << 20));
    assert_eq!(read(&megabyte, 1 << 20).unwrap().bytes.len(), 1 << 20);
}

#[cfg(target_os = "linux")]
#[test]
fn files_whose_size_says_nothing_are_bounded_while_reading() {
    assert_eq!(read("/dev/zero", 100_000).unwrap_err(), FileFault::TooLarge(0));
    assert_eq!(read("/dev/null", 9).unwrap().bytes.len(), 0);
    assert!(read("/proc/self/status", 100_000).unwrap().bytes.len() > 100);
    assert_eq!(read("/proc/self/status", 10).unwrap_err(), FileFault::TooLarge(0));
    let folder = Folder::new();
    let pipe = folder.at("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(read(&pipe, 9).unwrap_err(), FileFault::Other("a pipe or socket, not a file".into()));
}

#[cfg(unix)]
#[test]
fn owner_and_mode_are_told_even_of_what_cannot_be_read() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = Folder::new();
    let token = folder.file("token", "abc");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o200)).unwrap();
    let owner = Some(fs::metadata(&token).unwrap().uid());
    match read(&token, 9) {
        // Root reads everything.
        Ok(content) => assert_eq!((content.owner, content.mode), (owner, Some(0o200))),
        Err(fault) => assert_eq!(fault, FileFault::Denied { owner, mode: Some(0o200) }),
    }
}

#[test]
fn writing_replaces_at_once_and_for_the_owner_alone() {
    let folder = Folder::new();
    let path = folder.file("cache", "old and longer");
    write(&path, "new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    write(&folder.at("fresh"), "x").unwrap();
    assert_eq!(write(&folder.at("no/such/folder"), "x").unwrap_err(), FileFault::Missing);
    let below = folder.at("below");
    fs::create_dir(&below).unwrap();
    assert_eq!(write(&below, "x").unwrap_err(), FileFault::Directory);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "nothing is left beside them: {left:?}");
}

#[cfg(unix)]
fn run(argv: &[&str], time: Duration, limit: u32, cancel: &Cancel) -> Result<RunOutput, RunFault> {
    let host = host(&[]);
    let argv = argv.iter().map(|part| Box::from(*part)).collect();
    let ask = Ask::Run { argv, deadline: host.now().mono + time, output_limit: limit };
    match host.run(&effect(ask), cancel) {
        Answer::Ran(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn programs_run_without_a_shell_and_within_bounds() {
    let second = Duration::from_secs(20);
    let ran = |argv: &[&str]| run(argv, second, 1000, &Cancel::new());
    let output = ran(&["printf", "%s|", "a b", "$HOME", "*"]).unwrap();
    assert_eq!((output.status, output.stdout.expose()), (0, &b"a b|$HOME|*|"[..]));
    let output = ran(&["sh", "-c", "cat; echo out; echo err >&2; exit 7"]).unwrap();
    assert_eq!((output.status, output.stdout.expose(), output.stderr.expose()), (7, &b"out\n"[..], &b"err\n"[..]));
    assert_eq!(ran(&["sh", "-c", "kill -9 $$"]).unwrap().status, 137);
    assert_eq!(ran(&["/no/such/program"]).unwrap_err(), RunFault::Missing);
    assert!(matches!(ran(&[]).unwrap_err(), RunFault::Other(_)));
    let folder = Folder::new();
    assert_eq!(ran(&[&folder.file("plain", "x")]).unwrap_err(), RunFault::Denied);
    let noisy = ran(&["sh", "-c", "head -c 100000 /dev/zero >&2; echo done"]).unwrap();
    assert_eq!((noisy.stdout.expose(), noisy.stderr.len()), (&b"done\n"[..], 4096));
    assert_eq!(ran(&["sh", "-c", "yes; sleep 60"]).unwrap_err(), RunFault::TooLarge);
    assert_eq!(run(&["sleep", "60"], Duration::from_millis(200), 9, &Cancel::new()).unwrap_err(), RunFault::Timeout);
    let closed = run(&["sh", "-c", "exec >&- 2>&-; sleep 60"], Duration::from_millis(200), 9, &Cancel::new());
    assert_eq!(closed.unwrap_err(), RunFault::Timeout);
    let cancel = Cancel::new();
    let thrown = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        thrown.cancel();
    });
    assert_eq!(run(&["sleep", "60"], second, 9, &cancel).unwrap_err(), RunFault::Other("cancelled".into()));
}

#[test]
fn drives_a_flow_and_leaves_its_trail() {
    let folder = Folder::new();
    let (path, server) = (folder.file("token", "abc"), Server::saying(common::OK));
    let url = server.url("/");
    let host = host(&[]);
    let deadline = host.now().mono + Duration::from_secs(20);
    let mut flow = Flow::new(deadline, |io| async move {
        let file = io.read_file(&path, 100, "a token").await?.unwrap();
        io.wait_until(io.now().mono + Duration::from_millis(30), "a pause").await?;
        let answer = io.http(common::get(&url), deadline, "a server").await?.unwrap();
        Ok((file.bytes.len(), answer.status))
    });
    assert_eq!(host.drive(&mut flow, &Cancel::new()).unwrap(), (3, 200));
    let trail = flow.trail();
    assert_eq!(trail.iter().map(|line| &*line.why).collect::<Vec<_>>(), ["a token", "a pause", "a server"]);
    assert!(trail[1].answered.unwrap().since(trail[1].asked) >= Duration::from_millis(29));
}

#[test]
fn another_thread_cancels_a_flow_that_waits() {
    let host = host(&[]);
    let cancel = Cancel::new();
    let mut flow: Flow<()> = Flow::new(Mono::NEVER, |io| async move { io.wait_until(Mono::NEVER, "for ever").await });
    let result = thread::scope(|scope| {
        let driven = scope.spawn(|| host.drive(&mut flow, &cancel));
        thread::sleep(Duration::from_millis(50));
        cancel.cancel();
        driven.join().unwrap()
    });
    assert_eq!(result.unwrap_err().code(), Code::Cancelled);
}

#[test]
fn the_total_deadline_ends_a_flow() {
    let host = host(&[]);
    let mut flow: Flow<()> = Flow::new(host.now().mono + Duration::from_millis(50), |io| async move {
        loop {
            io.wait_until(Mono::NEVER, "for ever").await?;
        }
    });
    let error = host.drive(&mut flow, &Cancel::new()).unwrap_err();
    assert_eq!((error.code(), error.at()), (Code::Deadline, "for ever"));
}
