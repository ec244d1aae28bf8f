//! Generated requests, signed by irsa, by aws-sigv4 and by botocore: whether all of them make the same signature.
//!
//!     irsa-differential --count N [--seed N] [--botocore PYTHON [--botocore-count N]]
//!     irsa-differential --case N  [--seed N] [--botocore PYTHON]     one of them, whatever comes of it
//!
//! A disagreement is made as small as it can be, and printed with the number of its case. What the signers are known to
//! differ on stands in known.rs: at most 10 predicates, which may cover at most 1 % of the requests, and each must have
//! been of use. The last line is `N passed, N failed`.

mod case;
mod known;
mod signers;

use case::{Case, generate};
use known::{KNOWN, Known, Who};
use signers::{Botocore, Signature, aws, explained, irsa};
use std::process::ExitCode;

/// Cases in botocore's pipe: their answers must fit there.
const BATCH: usize = 256;

/// Disagreements that are shown.
const SHOWN: usize = 3;

fn main() -> ExitCode {
    // What aws-sigv4 panics on is told as its answer.
    std::panic::set_hook(Box::new(|_| ()));
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
    let number = |name: &str| after(name).map(|text| text.parse::<u64>().expect(name));
    let seed = number("--seed").unwrap_or(1);
    let botocore = after("--botocore").map(|python| Botocore::start(python));
    if let Some(case) = number("--case") {
        return one(&generate(seed, case), botocore);
    }
    let count = number("--count").unwrap_or(10_000);
    let mut run = Run { seed, count, signed: [0; 2], covered: 0, differed: [[0; 2]; KNOWN.len()], failed: 0, botocore };
    let asked = number("--botocore-count").unwrap_or(count);
    run.all(asked);
    run.report()
}

struct Run {
    seed: u64,
    count: u64,
    /// By aws-sigv4 and by botocore.
    signed: [u64; 2],
    /// Cases that a predicate holds of.
    covered: u64,
    /// Disagreements under each predicate, by both.
    differed: [[u64; 2]; KNOWN.len()],
    failed: u64,
    botocore: Option<Botocore>,
}

impl Run {
    fn all(&mut self, asked: u64) {
        let mut left = if self.botocore.is_some() { asked } else { 0 };
        // Those that botocore is at, and those that it is given meanwhile.
        let (mut at_it, mut next) = (Vec::new(), Vec::new());
        for number in 0..self.count {
            let case = generate(self.seed, number);
            let ours = irsa(&case);
            if KNOWN.iter().any(|known| (known.holds)(&case)) {
                self.covered += 1;
            }
            self.judge(number, &case, &ours, Who::Aws, aws(&case));
            if left > 0 && Botocore::can(&case) {
                left -= 1;
                next.push((number, case, ours));
            }
            if next.len() == BATCH {
                self.hand_over(&mut at_it, &mut next);
            }
        }
        self.hand_over(&mut at_it, &mut next);
        self.hand_over(&mut at_it, &mut next);
    }

    /// Gives botocore the next ones, and takes what it made of those before.
    fn hand_over(&mut self, at_it: &mut Vec<(u64, Case, Signature)>, next: &mut Vec<(u64, Case, Signature)>) {
        if let Some(botocore) = &mut self.botocore
            && !next.is_empty()
        {
            let cases: Vec<Case> = next.iter().map(|(_, case, _)| case.clone()).collect();
            botocore.send(&cases);
        }
        for (number, case, ours) in at_it.drain(..) {
            let theirs = self.botocore.as_mut().expect("it was sent some").receive();
            self.judge(number, &case, &ours, Who::Botocore, theirs);
        }
        std::mem::swap(at_it, next);
    }

    fn judge(&mut self, number: u64, case: &Case, ours: &Signature, who: Who, theirs: Signature) {
        self.signed[who as usize] += 1;
        if ours.is_ok() && *ours == theirs {
            return;
        }
        if let Some(at) = KNOWN.iter().position(|known| covers(known, who, case)) {
            self.differed[at][who as usize] += 1;
            // Somebody else's fault is no excuse for irsa.
            if ours.is_ok() {
                return;
            }
        }
        self.failed += 1;
        if self.failed <= SHOWN as u64 {
            println!("{} and irsa differ: --seed {} --case {number}", who.name(), self.seed);
            // One sitting with botocore is over before the next begins.
            let python = std::env::args().skip_while(|a| a != "--botocore").nth(1);
            let mut botocore = python.filter(|_| who == Who::Botocore).map(|python| Botocore::start(&python));
            let small = smaller(case.clone(), who, &mut botocore);
            show(&small, &irsa(&small), who, &theirs_of(&small, who, &mut botocore));
        }
    }

    fn report(&self) -> ExitCode {
        let share = self.covered as f64 * 100.0 / self.count as f64;
        let mut failed = self.failed;
        println!(
            "requests: {} (seed {}); each signed by irsa, verified, and refused with another method",
            self.count, self.seed
        );
        println!("signed by aws-sigv4 1.6.4 too: {}; by botocore 1.44.5: {}", self.signed[0], self.signed[1]);
        println!(
            "known to differ: {} predicates (at most 10), {} requests, {share:.3} % (under 1 %)",
            KNOWN.len(),
            self.covered
        );
        for (known, [aws, botocore]) in KNOWN.iter().zip(self.differed) {
            println!("  {:<16} aws-sigv4 {aws:>6}  botocore {botocore:>6}  {}", known.name, known.why);
            for who in known.who {
                if self.differed[KNOWN.iter().position(|k| k.name == known.name).unwrap()][*who as usize] == 0
                    && self.signed[*who as usize] >= 20_000
                {
                    println!("  {}: {} does not differ on it any more: take it out", known.name, who.name());
                    failed += 1;
                }
            }
        }
        if KNOWN.len() > 10 || share >= 1.0 {
            println!("that is too much");
            failed += 1;
        }
        println!("disagreements: {}", self.failed);
        let passed = self.signed[0] + self.signed[1] - self.failed;
        println!("differential: {passed} passed, {failed} failed");
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn covers(known: &Known, who: Who, case: &Case) -> bool {
    known.who.contains(&who) && (known.holds)(case)
}

fn theirs_of(case: &Case, who: Who, botocore: &mut Option<Botocore>) -> Signature {
    match botocore {
        Some(botocore) if who == Who::Botocore => botocore.sign(case),
        _ => aws(case),
    }
}

/// The same disagreement, with all taken away that it does not need.
fn smaller(mut case: Case, who: Who, botocore: &mut Option<Botocore>) -> Case {
    loop {
        let found = case.simpler().into_iter().find(|case| {
            let can = who == Who::Aws || Botocore::can(case);
            let ours = irsa(case);
            can && (ours.is_err() || ours != theirs_of(case, who, botocore))
                && !KNOWN.iter().any(|known| covers(known, who, case))
        });
        match found {
            Some(next) => case = next,
            None => return case,
        }
    }
}

fn show(case: &Case, ours: &Signature, who: Who, theirs: &Signature) {
    println!("{:#}", case.shown());
    match explained(case) {
        Ok(told) => println!("irsa's canonical request:\n{}\n", told.shown()),
        Err(e) => println!("irsa: {e}"),
    }
    println!("irsa      {ours:?}\n{:<9} {theirs:?}\n", who.name());
}

/// One case with all signers; the exit code says whether they agree.
fn one(case: &Case, mut botocore: Option<Botocore>) -> ExitCode {
    let ours = irsa(case);
    let mut agree = ours.is_ok();
    for who in [Who::Aws, Who::Botocore] {
        if who == Who::Botocore && (botocore.is_none() || !Botocore::can(case)) {
            println!("botocore was not asked");
            continue;
        }
        let theirs = theirs_of(case, who, &mut botocore);
        agree &= ours == theirs;
        show(case, &ours, who, &theirs);
    }
    for known in KNOWN.iter().filter(|known| (known.holds)(case)) {
        println!("known: {}: {}", known.name, known.why);
    }
    if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
