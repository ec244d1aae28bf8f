//! Time of this thread's CPU, and exact counts of instructions. Linux only.

use std::time::Duration;

/// CPU time that this thread has used.
pub fn thread_cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec to write to.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(done, 0, "no CPU clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Nanoseconds of one call, over so many calls.
pub fn per_call(work: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = thread_cpu();
    for _ in 0..calls {
        work();
    }
    (thread_cpu() - start).as_nanos() as f64 / f64::from(calls)
}

/// Nanoseconds of one call while two threads make them at once.
pub fn on_two_threads<W: FnMut()>(make: impl Fn() -> W + Sync, calls: u32) -> f64 {
    let start = std::sync::Barrier::new(2);
    let one = || {
        let mut work = make();
        start.wait();
        per_call(&mut work, calls)
    };
    std::thread::scope(|scope| {
        let both = [scope.spawn(one), scope.spawn(one)];
        both.into_iter().map(|thread| thread.join().expect("measured")).sum::<f64>() / 2.0
    })
}

/// Instructions of one call, as this CPU runs them: a forked child is single-stepped from one stop to the next.
/// Nothing is emulated, so SHA extensions count as they are. `None` where the system does not allow it.
pub fn instructions(work: &mut dyn FnMut()) -> Option<u64> {
    let steps = steps(work)?;
    Some(steps.saturating_sub(self::steps(&mut || ())?))
}

fn steps(work: &mut dyn FnMut()) -> Option<u64> {
    // Caches are filled before the child is made.
    work();
    // SAFETY: this process has one thread; the child only runs `work` and ends without unwinding.
    match unsafe { libc::fork() } {
        -1 => None,
        0 => {
            // SAFETY: plain system calls.
            unsafe {
                if libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) != 0 {
                    libc::_exit(1);
                }
                libc::raise(libc::SIGSTOP);
            }
            work();
            // SAFETY: as above.
            unsafe {
                libc::raise(libc::SIGSTOP);
                libc::_exit(0)
            }
        }
        child => {
            let stopped = || {
                let mut status = 0;
                // SAFETY: `status` is valid to write to, `child` is ours.
                let waited = unsafe { libc::waitpid(child, &mut status, 0) };
                (waited == child && libc::WIFSTOPPED(status)).then(|| libc::WSTOPSIG(status))
            };
            let mut count = 0;
            let mut signal = stopped();
            let first = signal == Some(libc::SIGSTOP);
            if first {
                loop {
                    // SAFETY: `child` is ours and stopped.
                    if unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, child, 0, 0) } != 0 {
                        break;
                    }
                    count += 1;
                    signal = stopped();
                    if signal != Some(libc::SIGTRAP) {
                        break;
                    }
                }
            }
            // SAFETY: the child is ours; it has done what it was made for.
            unsafe {
                libc::kill(child, libc::SIGKILL);
                libc::waitpid(child, std::ptr::null_mut(), 0);
            }
            (first && signal == Some(libc::SIGSTOP)).then_some(count)
        }
    }
}
