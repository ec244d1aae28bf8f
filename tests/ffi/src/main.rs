//! `vectors-c LIBRARY [SET…]` runs the named sets, or all, in this process and through libirsa.so, and compares how many
//! cases ran.

use irsa_vectors::{engine::Native, run, same_count, sets};
use irsa_vectors_c::C;

fn main() {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let library = if wanted.is_empty() { String::new() } else { wanted.remove(0) };
    let mut c = C::load(&library).unwrap_or_else(|e| {
        println!("{library}: {e}");
        std::process::exit(2);
    });
    if let Some(unknown) = wanted.iter().find(|w| sets::ALL.iter().all(|set| set.name != **w)) {
        println!("there is no set {unknown}");
        std::process::exit(2);
    }
    let mut failed = 0;
    for set in sets::ALL.iter().filter(|set| wanted.is_empty() || wanted.iter().any(|w| w == set.name)) {
        let outcome = run(set, &mut Native)
            .and_then(|natively| run(set, &mut c).and_then(|other| same_count(natively, other, set.name, "C")));
        let count = |calls: &std::collections::BTreeMap<String, usize>| calls.values().sum::<usize>();
        println!(
            "  {} calls through C, {} of what this runner has no function of C for",
            count(&c.made),
            count(&c.not_made)
        );
        if c.refused > 0 {
            println!("    {} of them with a NUL in a text, which C refuses (rule 5 of irsa.h)", c.refused);
        }
        for (name, calls) in &c.not_made {
            println!("    {name}: {calls}");
        }
        (c.made, c.not_made, c.refused) = Default::default();
        if let Err(why) = outcome {
            println!("{why}");
            failed += 1;
        }
    }
    std::process::exit(i32::from(failed > 0));
}
