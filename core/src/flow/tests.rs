use super::*;
use crate::{Timestamp, effect::HttpStep};
use std::{string::ToString, time::Duration, vec};

fn at(mono: u64) -> Now {
    Now { wall: Timestamp::from_unix(1_700_000_000), mono: Mono(mono) }
}

fn file(content: &str) -> Answer {
    Answer::File(Ok(FileContent { bytes: content.as_bytes().into(), owner: None, mode: None }))
}

/// Reads two files, waits between them.
fn two_files(deadline: u64) -> Flow<usize> {
    Flow::new(Mono(deadline), |io| async move {
        let first = io.read_file("/a", 10, "first").await?.map_or(0, |file| file.bytes.len());
        io.wait_until(io.now().mono + Duration::from_millis(50), "a pause").await?;
        let second = io.read_file("/b", 10, "second").await?.map_or(0, |file| file.bytes.len());
        Ok(first + second)
    })
}

fn asked<T: core::fmt::Debug>(step: Step<T>) -> Effect {
    match step {
        Step::Ask(effect) => effect,
        Step::Done(result) => panic!("done: {result:?}"),
    }
}

fn code<T: core::fmt::Debug>(step: Step<T>) -> Code {
    match step {
        Step::Done(Err(error)) => error.code(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn straight_through() {
    let mut flow = two_files(1_000);
    let effect = asked(flow.next(at(0)));
    assert_eq!((effect.id, &*effect.why), (1, "first"));
    assert_eq!(asked(flow.next(at(1))), effect, "next repeats the open question");
    flow.answer(1, file("abc")).unwrap();
    assert_eq!(asked(flow.next(at(2))).ask, Ask::WaitUntil(Mono(52)));
    flow.answer(2, Answer::Woken).unwrap();
    assert_eq!(asked(flow.next(at(60))).id, 3);
    flow.answer(3, file("de")).unwrap();
    assert!(matches!(flow.next(at(61)), Step::Done(Ok(5))));
    let trail = flow.trail();
    assert_eq!(trail.iter().map(|t| &*t.why).collect::<Vec<_>>(), ["first", "a pause", "second"]);
    assert_eq!((trail[0].what.as_str(), trail[0].outcome.as_deref()), ("read /a", Some("3 bytes")));
    assert_eq!((trail[2].asked, trail[2].answered), (Mono(60), Some(Mono(61))));
}

#[test]
fn every_wrong_order_is_a_typed_error_and_changes_nothing() {
    let mut flow = two_files(1_000);
    assert_eq!(flow.answer(1, file("x")).unwrap_err().code(), Code::FlowAnswerUnasked, "before the first next");
    let effect = asked(flow.next(at(0)));
    for id in [0, 2, u32::MAX] {
        assert_eq!(flow.answer(id, file("x")).unwrap_err().code(), Code::FlowAnswerUnasked);
    }
    assert_eq!(asked(flow.next(at(1))), effect);
    flow.answer(1, file("x")).unwrap();
    assert_eq!(flow.answer(1, file("y")).unwrap_err().code(), Code::FlowAnswerUnasked, "a second answer");
    assert_eq!(asked(flow.next(at(2))).id, 2);
    assert_eq!(flow.answer(1, file("x")).unwrap_err().code(), Code::FlowAnswerUnasked, "a late answer");
    flow.answer(2, Answer::Woken).unwrap();
    asked(flow.next(at(3)));
    flow.answer(3, file("x")).unwrap();
    assert!(matches!(flow.next(at(4)), Step::Done(Ok(2))));
    assert_eq!(code(flow.next(at(5))), Code::FlowFinished);
    assert_eq!(flow.answer(4, Answer::Woken).unwrap_err().code(), Code::FlowFinished);
}

#[test]
fn every_wrong_kind_of_answer_is_refused_and_the_question_stays_open() {
    let request = || HttpRequest {
        method: "GET".into(),
        url: "http://h/?secret=1".into(),
        headers: vec![],
        body: SecretBytes::default(),
        response_limit: 10,
        direct: false,
    };
    type Make = fn() -> Flow<()>;
    let makes: [(Make, usize); 5] = [
        (|| Flow::new(Mono::NEVER, |io| async move { io.read_file("/a", 1, "w").await.map(drop) }), 0),
        (
            || {
                Flow::new(
                    Mono::NEVER,
                    |io| async move { io.write_file("/a", SecretBytes::default(), "w").await.map(drop) },
                )
            },
            1,
        ),
        (
            || {
                Flow::new(Mono::NEVER, |io| async move {
                    let request = HttpRequest {
                        method: "GET".into(),
                        url: "http://h/".into(),
                        headers: vec![],
                        body: SecretBytes::default(),
                        response_limit: 1,
                        direct: false,
                    };
                    io.http(request, Mono(5), "w").await.map(drop)
                })
            },
            2,
        ),
        (|| Flow::new(Mono::NEVER, |io| async move { io.run(&["x"], Mono(5), 1, "w").await.map(drop) }), 3),
        (|| Flow::new(Mono::NEVER, |io| async move { io.wait_until(Mono(9), "w").await }), 4),
    ];
    let answers = || {
        [
            file("x"),
            Answer::Written(Ok(())),
            Answer::Http(Err(HttpFault { step: HttpStep::Resolve, detail: "h".into() })),
            Answer::Ran(Err(RunFault::Missing)),
            Answer::Woken,
        ]
    };
    for (make, right) in makes {
        for (kind, answer) in answers().into_iter().enumerate() {
            let mut flow = make();
            let effect = asked(flow.next(at(0)));
            if kind == right {
                flow.answer(1, answer).unwrap();
                assert!(matches!(flow.next(at(1)), Step::Done(Ok(()))));
            } else {
                assert_eq!(flow.answer(1, answer).unwrap_err().code(), Code::FlowAnswerMismatch);
                assert_eq!(asked(flow.next(at(1))), effect);
            }
        }
        let mut flow = make();
        asked(flow.next(at(0)));
        flow.answer(1, Answer::Unsupported).unwrap();
        assert_eq!(code(flow.next(at(1))), Code::HostUnsupported);
    }
    let said =
        std::format!("{:?} {}", request(), Ask::Http { request: Arc::new(request()), deadline: Mono(1) }.summary());
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn the_total_deadline_names_the_open_question() {
    let mut flow = two_files(100);
    asked(flow.next(at(0)));
    asked(flow.next(at(99)));
    let Step::Done(Err(error)) = flow.next(at(130)) else { panic!("still going") };
    assert_eq!(error.code(), Code::Deadline);
    assert_eq!(error.message(), "the deadline passed 30 ms ago while “read /a” (first) had been open for 130 ms");
    assert_eq!(code(flow.next(at(131))), Code::FlowFinished);
}

#[test]
fn a_result_in_hand_beats_the_deadline_but_a_new_question_does_not() {
    let mut flow = Flow::new(Mono(10), |io| async move { io.wait_until(Mono(5), "w").await });
    asked(flow.next(at(0)));
    flow.answer(1, Answer::Woken).unwrap();
    assert!(matches!(flow.next(at(50)), Step::Done(Ok(()))));
    let mut flow = two_files(10);
    asked(flow.next(at(0)));
    flow.answer(1, file("x")).unwrap();
    assert_eq!(code(flow.next(at(50))), Code::Deadline);
}

#[test]
fn dropping_cancels_and_drops_what_it_holds() {
    let held = Arc::new(());
    let inside = held.clone();
    let mut flow = Flow::new(Mono::NEVER, |io| async move {
        let _inside = inside;
        io.wait_until(Mono(5), "w").await
    });
    asked(flow.next(at(0)));
    assert_eq!(Arc::strong_count(&held), 2);
    drop(flow);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn foreign_futures_and_endless_flows_end_as_bugs() {
    let mut flow: Flow<()> = Flow::new(Mono::NEVER, |_| core::future::pending());
    assert_eq!(code(flow.next(at(0))), Code::Bug);
    let mut flow: Flow<()> = Flow::new(Mono::NEVER, |io| async move {
        loop {
            io.wait_until(Mono(0), "again").await?;
        }
    });
    let mut id = 0;
    let error = loop {
        match flow.next(at(0)) {
            Step::Ask(effect) => {
                id = effect.id;
                flow.answer(id, Answer::Woken).unwrap();
            }
            Step::Done(result) => break result.unwrap_err(),
        }
    };
    assert_eq!((error.code(), id), (Code::Bug, EFFECT_LIMIT));
    assert_eq!(flow.trail().len(), TRAIL_LIMIT);
    assert!(error.to_string().contains("more than"));
}
