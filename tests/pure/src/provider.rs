//! `irsa_trust::provider`.

use crate::Entry;
use irsa_trust::documents;

pub const ENTRIES: &[Entry] = &[
    // `partition`?, `account`, `quota`?, `steps` [{operation, input}], at second `now`? of each step: an answer
    // {ok} or {refused}, or null for an operation that there is not; then the providers as federation sees them.
    ("provider.run", documents::providers),
];
