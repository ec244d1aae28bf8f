//! `vectors [SET…]` runs the named sets, or all, and prints a line for each.
//! `vectors --wasm PYTHON MODULE [SET…]` runs each natively and through wasm, and compares how many cases ran.

use irsa_vectors::{
    Engine,
    engine::{Native, Wasm},
    run, same_count, sets,
};

fn main() {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut wasm = None;
    if wanted.first().is_some_and(|first| first == "--wasm") {
        let [_, python, module] =
            wanted.drain(..3.min(wanted.len())).collect::<Vec<_>>().try_into().expect("two paths");
        wasm = Some(Wasm::start(python.as_ref(), module.as_ref()).unwrap_or_else(|e| panic!("{python}: {e}")));
    }
    if let Some(unknown) = wanted.iter().find(|w| sets::ALL.iter().all(|set| set.name != **w)) {
        println!("there is no set {unknown}");
        std::process::exit(2);
    }
    let mut failed = 0;
    for set in sets::ALL.iter().filter(|set| wanted.is_empty() || wanted.iter().any(|w| w == set.name)) {
        let outcome = run(set, &mut Native).and_then(|natively| match &mut wasm {
            Some(wasm) => same_count(natively, run(set, wasm)?, set.name, wasm.name()),
            None => Ok(()),
        });
        if let Err(why) = outcome {
            println!("{why}");
            failed += 1;
        }
    }
    std::process::exit(i32::from(failed > 0));
}
