//! The token file as a flow meets it: every way in which it can be wrong, and the kubelet's swap.

use irsa_core::{
    Code, Error, Kind,
    effect::FileFault,
    flow::Flow,
    token::{Token, file},
};
use irsa_script::Host;
use std::collections::BTreeMap;

const PATH: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";

fn read(host: &mut Host) -> Result<Token, Error> {
    let flow = Flow::new(host.deadline(10_000), |io| async move { file::read(&io, PATH).await });
    host.run(flow)
}

fn content(bytes: impl AsRef<[u8]>) -> Host {
    Host::new().file(PATH, bytes)
}

fn fault(fault: FileFault) -> Host {
    Host::new().fault(PATH, fault)
}

#[test]
fn each_fault_has_a_code_of_its_own_and_a_fix_that_names_the_file() {
    let denied = |owner, mode| fault(FileFault::Denied { owner, mode });
    let cases: Vec<(Host, Code, &str, &str)> = vec![
        (Host::new(), Code::TokenFileMissing, "is not there", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (content(""), Code::TokenEmpty, "0 bytes", "the kubelet writes it"),
        (denied(Some(0), Some(0o600)), Code::TokenFileDenied, "owner 0, mode 0600", "securityContext.fsGroup"),
        (fault(FileFault::Directory), Code::TokenFileDirectory, "is a directory", "serviceaccount/token/token"),
        (content(vec![b'x'; 1 << 20]), Code::TokenFileTooLarge, "1048576 bytes", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (content(b"\xFF\xFE\x00"), Code::TokenFileBom, "UTF-16", "Out-File"),
        (content(b"abc\xFFdef"), Code::TokenFileUtf8, "not UTF-8 at byte 3 of 7", "plain ASCII"),
        (content(&TOKEN[..23]), Code::TokenCut, "2 of 3 parts", "three parts"),
        (content(format!("{TOKEN}.a.b")), Code::TokenParts, "5 parts, not 3", "encrypted"),
        (content(format!("{TOKEN}\n{TOKEN}\n")), Code::TokenTrailing, "from byte 37 on", "cut"),
        (content(TOKEN.replace('J', " ")), Code::TokenCharacter, "' ' (U+0020) at byte 2", "as it was issued"),
        (content(format!("{TOKEN}{}", "x".repeat(20_000))), Code::TokenTooLong, "20037 characters", "shorter claims"),
        (fault(FileFault::Other("I/O error".into())), Code::TokenFileUnreadable, "I/O error", "volume"),
    ];
    let mut seen = BTreeMap::new();
    for (mut host, code, says, fix) in cases {
        let error = read(&mut host).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(says) && error.message().contains(PATH), "{error} does not say {says}");
        assert!(error.fix().contains(PATH) && error.fix().contains(fix), "{error} does not advise {fix}");
        assert_eq!((error.at(), error.kind()), ("web identity token", Kind::Broken));
        assert_eq!(seen.insert(code, says), None, "two causes share a code");
    }
    let error = read(&mut content(b"\xEF\xBB\xBFeyJ")).unwrap_err();
    assert!(error.code() == Code::TokenFileBom && error.message().contains("UTF-8"), "{error}");
    let error = read(&mut denied(Some(1000), Some(0o600))).unwrap_err();
    assert!(error.fix().contains("run as user 1000"), "{error}");
    assert!(read(&mut denied(None, None)).unwrap_err().fix().contains("fsGroup"));
}

#[test]
fn white_space_around_it_does_no_harm() {
    for text in [TOKEN.to_owned(), format!("{TOKEN}\n"), format!("{TOKEN}\r\n"), format!(" {TOKEN}\t\n\n")] {
        let mut host = content(text);
        assert_eq!(read(&mut host).unwrap().secret().expose(), TOKEN);
        assert_eq!(host.paths(), [PATH]);
    }
}

#[test]
fn a_file_that_is_being_replaced_is_opened_once_more() {
    let swaps = [
        Host::new().fault(PATH, FileFault::Missing).file(PATH, TOKEN),
        content("").file(PATH, TOKEN),
        content(&TOKEN[..24]).file(PATH, TOKEN),
    ];
    for mut host in swaps {
        let start = host.now().mono;
        assert_eq!(read(&mut host).unwrap().secret().expose(), TOKEN);
        assert_eq!((host.paths().len(), host.now().mono.since(start)), (2, file::PAUSE));
    }
    // Once and no more; and what a pause does not mend is not paused for.
    let mut host = content("");
    assert_eq!(read(&mut host).unwrap_err().code(), Code::TokenEmpty);
    assert_eq!(host.paths().len(), 2);
    let mut host = fault(FileFault::Directory);
    assert_eq!(read(&mut host).unwrap_err().code(), Code::TokenFileDirectory);
    assert_eq!(host.paths().len(), 1);
    // The second look says what it saw.
    let mut host = content("").fault(PATH, FileFault::Directory);
    assert_eq!(read(&mut host).unwrap_err().code(), Code::TokenFileDirectory);
}

#[test]
fn no_more_is_asked_for_than_a_token_can_need() {
    let mut host = content(TOKEN);
    read(&mut host).unwrap();
    let asked = host.effects()[0].ask.clone();
    assert!(matches!(asked, irsa_core::effect::Ask::ReadFile { limit: 24_576, .. }), "{asked:?}");
    assert_eq!(&*host.effects()[0].why, "web identity token");
}
