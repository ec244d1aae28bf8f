//! `vectors [SET…]`: runs the named sets, or all, and prints a line for each.

use irsa_vectors::{engine::Native, run, sets};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut failed = 0;
    for set in sets::ALL.iter().filter(|set| wanted.is_empty() || wanted.iter().any(|w| w == set.name)) {
        if let Err(why) = run(set, &mut Native) {
            println!("{why}");
            failed += 1;
        }
    }
    std::process::exit(i32::from(failed > 0));
}
