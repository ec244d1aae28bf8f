//! What a child after fork(2) finds: things with locks and threads are made anew there at their first use.
//!
//! A child has one thread. A lock that another thread held at the fork stays held in it for ever, and a thread that
//! refreshed is not there. So nothing of such a thing is touched in the child but what needs no lock; it is leaked on
//! purpose, its drop included. Forks are counted by a handler of pthread_atfork(3), which does nothing but count: that is
//! safe in a child. It sees what fork does, not clone, vfork or _Fork, after which a child may only exec anyway.

use irsa_core::{Code, Error};
use std::{
    ffi::c_int,
    sync::atomic::{
        AtomicBool, AtomicPtr, AtomicUsize,
        Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
};

/// Forks between the first process that had the handler and this one.
static FORKS: AtomicUsize = AtomicUsize::new(0);

#[inline]
pub(crate) fn forks() -> usize {
    FORKS.load(Relaxed)
}

#[cfg(unix)]
unsafe extern "C" {
    fn pthread_atfork(
        prepare: Option<unsafe extern "C" fn()>,
        parent: Option<unsafe extern "C" fn()>,
        child: Option<unsafe extern "C" fn()>,
    ) -> c_int;
}

#[cfg(unix)]
unsafe extern "C" fn count() {
    FORKS.fetch_add(1, Relaxed);
}

/// Has forks counted from here on. Not by a `Once`: a child could inherit one that is being run. Two threads at once may
/// both register, and then a fork counts twice, which is as good.
#[cfg(unix)]
fn watch() -> Result<(), Error> {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    if WATCHED.load(Acquire) {
        return Ok(());
    }
    // SAFETY: `count` has the type that is wanted, and the library is never unloaded (build.rs).
    match unsafe { pthread_atfork(None, None, Some(count)) } {
        0 => {
            WATCHED.store(true, Release);
            Ok(())
        }
        number => {
            let why = std::io::Error::from_raw_os_error(number);
            Err(Error::new(Code::HostUnsupported, "libirsa", format!("no handler for fork: {why}")))
        }
    }
}

#[cfg(not(unix))]
fn watch() -> Result<(), Error> {
    Ok(())
}

/// A thing of this process: of one that fork has copied, another is made.
pub(crate) struct Forked<T> {
    /// Of a box; nobody frees it but this one's drop.
    current: AtomicPtr<Made<T>>,
}

struct Made<T> {
    /// Counted when it was made.
    forks: usize,
    it: T,
}

impl<T> Forked<T> {
    pub(crate) fn new(make: impl FnOnce() -> Result<T, Error>) -> Result<Self, Error> {
        watch()?;
        let made = Made { forks: forks(), it: make()? };
        Ok(Self { current: AtomicPtr::new(Box::into_raw(Box::new(made))) })
    }

    /// The thing. In a child that has not used it yet `again` makes one, of the parent's, of which it may take what
    /// needs no lock.
    #[inline]
    pub(crate) fn get(&self, again: impl FnOnce(&T) -> Result<T, Error>) -> Result<&T, Error> {
        // SAFETY: it is of a box that lives as long as `self`.
        let made = unsafe { &*self.current.load(Acquire) };
        if made.forks == forks() { Ok(&made.it) } else { self.renew(made, again) }
    }

    /// Without a lock, for the child may be forked again. Where several threads of it come at once each makes one, and
    /// one of them stays.
    #[cold]
    fn renew(&self, old: &Made<T>, again: impl FnOnce(&T) -> Result<T, Error>) -> Result<&T, Error> {
        let new = Box::into_raw(Box::new(Made { forks: forks(), it: again(&old.it)? }));
        let found = self.current.compare_exchange((&raw const *old).cast_mut(), new, AcqRel, Acquire);
        let kept = match found {
            Ok(_) => new,
            Err(theirs) => {
                // SAFETY: it is of the box above, and nobody has seen it.
                drop(unsafe { Box::from_raw(new) });
                theirs
            }
        };
        // SAFETY: as in `get`.
        Ok(unsafe { &(*kept).it })
    }
}

impl<T> Drop for Forked<T> {
    fn drop(&mut self) {
        let made = *self.current.get_mut();
        // SAFETY: it is of a box, and nobody else has `self` any more.
        unsafe {
            if (*made).forks == forks() {
                drop(Box::from_raw(made));
            }
        }
    }
}

// SAFETY: it owns a `T`, and hands out references to it.
unsafe impl<T: Send + Sync> Send for Forked<T> {}
// SAFETY: likewise.
unsafe impl<T: Send + Sync> Sync for Forked<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, atomic::Ordering::SeqCst};

    struct Counted(usize, Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.1.fetch_add(1, SeqCst);
        }
    }

    /// All in one test, since the count is the process's.
    #[test]
    fn a_thing_is_made_again_once_after_a_fork_and_the_old_one_is_left_alone() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let thing = Forked::new(|| Ok(Counted(1, dropped.clone()))).unwrap();
        let number = |again: usize| thing.get(|old| Ok(Counted(old.0 + again, dropped.clone()))).unwrap().0;
        assert_eq!(number(10), 1, "no fork, no other");
        // As in a child.
        FORKS.fetch_add(1, SeqCst);
        let seen: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| number(10))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(seen, [11; 8]);
        assert_eq!(number(100), 11);
        let surplus = dropped.load(SeqCst);
        assert!(surplus < 8, "{surplus}");
        // One that cannot be made changes nothing, and is tried again.
        FORKS.fetch_add(1, SeqCst);
        let refused = thing.get(|_| Err(Error::bug("test", "no")));
        assert!(refused.is_err());
        assert_eq!(number(100), 111);
        drop(thing);
        assert_eq!(dropped.load(SeqCst), surplus + 1, "the last is freed, the two inherited are not");
        // In a child that never used it nothing is freed.
        let thing = Forked::new(|| Ok(Counted(1, dropped.clone()))).unwrap();
        FORKS.fetch_add(1, SeqCst);
        drop(thing);
        assert_eq!(dropped.load(SeqCst), surplus + 1);
    }
}
