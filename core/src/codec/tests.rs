use super::*;
use crate::{Code, random::Random};
use std::{fs, path::Path, string::String, vec, vec::Vec};

/// Each effect once. A new one does not compile here until it is given a place, and a golden file.
fn effects() -> Vec<Effect> {
    let request = HttpRequest {
        method: "POST".into(),
        url: "https://sts.amazonaws.com/".into(),
        headers: vec![("accept".into(), Secret::from("text/xml")), ("x".into(), Secret::from(""))],
        body: SecretBytes::from(&b"Action=\xff"[..]),
        response_limit: 65_536,
        direct: true,
    };
    let all = [
        Ask::ReadFile { path: "/token".into(), limit: 20_001 },
        Ask::WriteFile { path: "/cache".into(), bytes: Arc::new(SecretBytes::from(&b"\0\x01"[..])) },
        Ask::Http { request: Arc::new(request), deadline: Mono(30_000) },
        Ask::Run { argv: ["helper".into(), "".into()].into(), deadline: Mono::NEVER, output_limit: 7 },
        Ask::WaitUntil(Mono(5)),
    ];
    for (at, ask) in all.iter().enumerate() {
        let place = match ask {
            Ask::ReadFile { .. } => 0,
            Ask::WriteFile { .. } => 1,
            Ask::Http { .. } => 2,
            Ask::Run { .. } => 3,
            Ask::WaitUntil(_) => 4,
        };
        assert_eq!(place, at);
    }
    all.into_iter().zip(1..).map(|(ask, id)| Effect { id, why: "why".into(), ask }).collect()
}

/// Each answer once, and every fault; the same holds here.
fn answers() -> Vec<Answer> {
    let mut all = vec![
        Answer::Unsupported,
        Answer::File(Ok(FileContent { bytes: SecretBytes::from(&b"a.b.c"[..]), owner: Some(0), mode: None })),
        Answer::Written(Ok(())),
        Answer::Http(Ok(HttpResponse {
            status: 403,
            headers: vec![("Date".into(), Secret::from("today"))],
            body: SecretBytes::default(),
        })),
        Answer::Ran(Ok(RunOutput { status: -1, stdout: SecretBytes::default(), stderr: b"no"[..].into() })),
        Answer::Woken,
    ];
    for (at, answer) in all.iter().enumerate() {
        let place = match answer {
            Answer::Unsupported => 0,
            Answer::File(_) => 1,
            Answer::Written(_) => 2,
            Answer::Http(_) => 3,
            Answer::Ran(_) => 4,
            Answer::Woken => 5,
        };
        assert_eq!(place, at);
    }
    let file_faults = [
        FileFault::Missing,
        FileFault::Denied { owner: None, mode: Some(0o600) },
        FileFault::Directory,
        FileFault::TooLarge(u64::MAX),
        FileFault::Other("I/O".into()),
    ];
    all.extend(file_faults.iter().cloned().map(|fault| Answer::File(Err(fault))));
    all.extend(file_faults.map(|fault| Answer::Written(Err(fault))));
    let run_faults =
        [RunFault::Missing, RunFault::Denied, RunFault::Timeout, RunFault::TooLarge, RunFault::Other("x".into())];
    all.extend(run_faults.map(|fault| Answer::Ran(Err(fault))));
    let steps = [
        HttpStep::Invalid,
        HttpStep::Resolve,
        HttpStep::Connect,
        HttpStep::Proxy,
        HttpStep::Tls,
        HttpStep::Timeout,
        HttpStep::Closed,
        HttpStep::TooLarge,
        HttpStep::Unknown,
        HttpStep::ProxyRefused,
    ];
    all.extend(steps.map(|step| Answer::Http(Err(HttpFault { step, detail: "h".into() }))));
    all
}

#[test]
fn what_is_written_is_read_back() {
    for effect in effects() {
        let bytes = encode_effect(&effect);
        assert_eq!(decode_effect(bytes.expose()), Ok(effect.clone()));
        assert_eq!(effect_id(bytes.expose()), Ok(effect.id));
        assert_eq!(decode_answer(bytes.expose()).unwrap_err().message(), "kind at byte 1: 1 is unknown");
    }
    for (answer, id) in answers().into_iter().zip([0, 1, 77, u32::MAX].into_iter().cycle()) {
        let bytes = encode_answer(id, &answer);
        assert_eq!(decode_answer(bytes.expose()), Ok((id, answer)));
        assert_eq!(effect_id(bytes.expose()).unwrap_err().message(), "kind at byte 1: 2 is unknown");
    }
}

#[test]
fn the_layout_is_what_the_page_says() {
    let effect = Effect { id: 0x0102, why: "w".into(), ask: Ask::ReadFile { path: "/t".into(), limit: 10 } };
    let expected = b"\x01\x01\x02\x01\0\0\x01\x01\0\0\0w\x02\0\0\0/t\x0a\0\0\0";
    assert_eq!(encode_effect(&effect).expose(), expected);
}

#[test]
fn errors_name_field_offset_and_reason_and_no_content() {
    let table: [(&[u8], &str); 9] = [
        (b"", "version at byte 0: 1 bytes are needed, 0 are left"),
        (b"\x02\x02", "version at byte 0: 2 is unknown"),
        (b"\x01\x02\x01\0\0", "answer.id at byte 2: 4 bytes are needed, 3 are left"),
        (b"\x01\x02\x01\0\0\0\x09", "answer.kind at byte 6: 9 is unknown"),
        (b"\x01\x02\x01\0\0\0\x05!", "end at byte 7: 1 bytes are left over"),
        (
            b"\x01\x02\x01\0\0\0\x01\0\xff\xff\xff\xffsecret",
            "answer.bytes at byte 12: 4294967295 bytes are needed, 6 are left",
        ),
        (b"\x01\x02\x01\0\0\0\x03\0\x58\x02", "answer.status at byte 8: 600 is not from 100 to 599"),
        (
            b"\x01\x02\x01\0\0\0\x03\0\xc8\0\xff\xff\xff\xff",
            "answer.headers at byte 10: 4294967295 items cannot be in the 0 bytes left",
        ),
        (b"\x01\x02\x01\0\0\0\x03\x01\x01\x02\0\0\0a\xc3", "answer.detail at byte 14: not UTF-8"),
    ];
    for (bytes, message) in table {
        let error = decode_answer(bytes).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Encoding, message));
    }
}

/// What is read is exactly what would be written, so nothing in it can be larger than the input.
#[test]
fn bent_golden_files_neither_panic_nor_grow() {
    let golden = golden();
    assert!(golden.len() > 40);
    let mut random = Random(20_261_124);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..100_000 {
        let mut bytes = golden[random.next() as usize % golden.len()].clone();
        for _ in 0..random.between(1, 3) {
            bend(&mut bytes, &mut random);
        }
        let again = match (decode_effect(&bytes), decode_answer(&bytes)) {
            (Ok(effect), Err(_)) => encode_effect(&effect),
            (Err(_), Ok((id, answer))) => encode_answer(id, &answer),
            (Err(error), Err(_)) => {
                assert_eq!(error.code(), Code::Encoding);
                refused += 1;
                continue;
            }
            (Ok(_), Ok(_)) => panic!("an effect and an answer at once: {bytes:?}"),
        };
        assert_eq!(again.expose(), bytes);
        read += 1;
    }
    assert!(read > 5_000 && refused > 50_000, "{read} read, {refused} refused");
}

fn bend(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.next() as usize % bytes.len().max(1);
    let value = *[0, 1, 2, 5, 0x7f, 0x80, 0xff, random.next() as u8].get(random.next() as usize % 8).unwrap();
    match random.next() % 5 {
        0 => bytes.truncate(at),
        1 => bytes.insert(at.min(bytes.len()), value),
        2 if at < bytes.len() => drop(bytes.remove(at)),
        3 => {
            let copy = bytes.get(at..).unwrap_or_default().to_vec();
            bytes.extend(copy.into_iter().take(9));
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
    }
}

/// The bytes of all golden files.
fn golden() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/effects");
    let mut all = vec![];
    for kind in ["effects", "answers"] {
        let mut paths: Vec<_> = fs::read_dir(folder.join(kind)).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let golden: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let hex = String::from(golden["hex"].as_str().unwrap());
            all.push((0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect());
        }
    }
    all
}
