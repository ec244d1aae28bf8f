//! Every set, in this process.

use irsa_vectors::{engine::Native, run, sets};

#[test]
fn all_sets() {
    let failed: Vec<String> = sets::ALL.iter().filter_map(|set| run(set, &mut Native).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
