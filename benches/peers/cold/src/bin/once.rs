//! `once PROGRAM ARGUMENTS…`: runs it once, with its output thrown away; prints CPU ms, peak RSS in KiB, wall ms.
//!
//! A program of its own, since the peak of a child counts from before its exec: whoever starts it has to be small.

use std::{
    process::{Command, Stdio, exit},
    time::Instant,
};

fn main() {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().expect("a program");
    let start = Instant::now();
    let child = Command::new(&program).args(words).stdout(Stdio::null()).spawn().expect("the program starts");
    let mut status = 0;
    // SAFETY: all-zero bytes are a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the process is our child and is waited for here alone; both outputs outlive the call.
    let waited = unsafe { libc::wait4(child.id() as i32, &mut status, 0, &mut usage) };
    let wall = start.elapsed();
    assert_eq!(waited, child.id() as i32);
    if status != 0 {
        eprintln!("{program:?} ended with {status:#x}");
        exit(1);
    }
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    println!("{:.3} {} {:.3}", ms(usage.ru_utime) + ms(usage.ru_stime), usage.ru_maxrss, wall.as_secs_f64() * 1e3);
}
