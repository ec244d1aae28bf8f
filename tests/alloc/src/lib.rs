//! An allocator for tests: it counts what a thread allocates, and looks for a canary in every block that it frees.
//!
//! A test names it with `#[global_allocator]`, makes its secrets with [`CANARY`] in them, and asks [`watch`] what
//! happened. The one place of the tests where `unsafe` stands: an allocator is unsafe by its signature.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Part of every secret that a test makes up.
pub const CANARY: &str = "IRSACANARY";

/// Name it as the global allocator.
pub struct Watched;

/// What a thread did while it was watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Blocks asked for, larger ones for growing ones included.
    pub allocations: usize,
    /// Bytes asked for.
    pub bytes: usize,
    /// Blocks that were given back with the canary still in them.
    pub left_behind: usize,
}

thread_local! {
    static SEEN: Cell<Seen> = const { Cell::new(Seen { allocations: 0, bytes: 0, left_behind: 0 }) };
}

/// Runs something on this thread; gives its result and what was seen.
pub fn watch<T>(run: impl FnOnce() -> T) -> (T, Seen) {
    let before = SEEN.get();
    let result = run();
    let after = SEEN.get();
    let seen = Seen {
        allocations: after.allocations - before.allocations,
        bytes: after.bytes - before.bytes,
        left_behind: after.left_behind - before.left_behind,
    };
    (result, seen)
}

fn note(change: impl FnOnce(&mut Seen)) {
    // A thread that is ending has no counters any more.
    let _ = SEEN.try_with(|cell| {
        let mut seen = cell.get();
        change(&mut seen);
        cell.set(seen);
    });
}

// SAFETY: every block comes from and goes to the system's allocator, with the layout it was asked for with.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(|seen| {
            seen.allocations += 1;
            seen.bytes += layout.size();
        });
        // Zeros: what is read below has been written, and an old canary is not found twice.
        // SAFETY: the caller's contract is that of `System`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is whole and initialised (see `alloc`), and nobody else has it any more.
        let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        if bytes.windows(CANARY.len()).any(|w| w == CANARY.as_bytes()) {
            note(|seen| seen.left_behind += 1);
        }
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    // `realloc` is that of the trait: alloc, copy, dealloc. So a block that moved is looked at too.
}
