//! An allocator that looks into everything that is freed for [`CANARY`], the word that every secret of a test contains,
//! and that counts what is allocated.
//!
//! For tests alone: `#[global_allocator] static A: Watcher = Watcher;`, then [`leaks_of`] or [`allocations_of`] what is to
//! be watched. Growing never happens in place, so an outgrown buffer is looked into as well. Other threads are not watched, nor is the stack.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    backtrace::Backtrace,
    cell::{Cell, RefCell},
};

/// The word.
pub const CANARY: &str = "IRSACANARY";

/// The allocator.
pub struct Watcher;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static LEAKS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Runs `what` and gives a backtrace for each block that was freed with the word in it. What `what` is to free, it must
/// drop itself.
pub fn leaks_of(what: impl FnOnce()) -> Vec<String> {
    WATCHING.set(true);
    what();
    WATCHING.set(false);
    LEAKS.take()
}

/// Runs `what` and gives how often it allocated.
pub fn allocations_of(what: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    what();
    ALLOCATIONS.get() - before
}

// SAFETY: System does the work. Blocks begin zeroed, so that all of a block can be read when it is freed.
unsafe impl GlobalAlloc for Watcher {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no count any more.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's contract is System's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.try_with(Cell::get).unwrap_or(false) {
            // SAFETY: the block is still the caller's, and all of it was initialised by `alloc`.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            if bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
                WATCHING.set(false);
                let leak = format!("a block of {} bytes\n{}", layout.size(), Backtrace::force_capture());
                LEAKS.with_borrow_mut(|leaks| leaks.push(leak));
                WATCHING.set(true);
            }
        }
        // SAFETY: the caller's contract is System's.
        unsafe { System.dealloc(block, layout) }
    }
}
