//! Memory and descriptors of this process, and the line through them.

use std::{fmt, fs, time::Duration};

/// Nothing counts before: threads, arenas and roots of trust come into being.
const WARM_UP: f64 = 20.0;

/// One sample a second: seconds, resident bytes, open descriptors.
#[derive(Default)]
pub struct Samples(Vec<[f64; 3]>);

impl Samples {
    /// Takes one, where the system tells (Linux).
    pub fn take(&mut self, at: Duration) {
        let memory = fs::read_to_string("/proc/self/status").ok().and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
        });
        let descriptors = fs::read_dir("/proc/self/fd").map(|found| found.count());
        if let (Some(kilobytes), Ok(count)) = (memory, descriptors) {
            self.0.push([at.as_secs_f64(), kilobytes * 1024.0, count as f64]);
        }
    }

    fn warm(&self) -> impl Iterator<Item = &[f64; 3]> {
        self.0.iter().filter(|[at, ..]| *at >= WARM_UP)
    }

    /// From the first to the last that counts.
    pub fn seconds(&self) -> f64 {
        self.warm().last().map_or(0.0, |last| last[0]) - self.warm().next().map_or(0.0, |first| first[0])
    }

    /// Growth in a minute of memory and of descriptors, by least squares. `None` with too few samples to say.
    pub fn slopes(&self) -> Option<(f64, f64)> {
        let slope = |index: usize| {
            let count = self.warm().count() as f64;
            let mean = |index: usize| self.warm().map(|sample| sample[index]).sum::<f64>() / count;
            let (time, value) = (mean(0), mean(index));
            let over: f64 = self.warm().map(|sample| (sample[0] - time) * (sample[index] - value)).sum();
            let under: f64 = self.warm().map(|sample| (sample[0] - time).powi(2)).sum();
            60.0 * over / under
        };
        (self.warm().count() >= 20).then(|| (slope(1), slope(2)))
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((bytes, descriptors)) = self.slopes() else {
            return f.write_str("memory and descriptors were not measured: the system does not tell, or too briefly");
        };
        let span = |index: usize| {
            let all = || self.warm().map(move |sample| sample[index]);
            (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max))
        };
        let (memory, open) = (span(1), span(2));
        write!(
            f,
            "{} samples over {:.0} s after {WARM_UP:.0} s: memory {:.0} to {:.0} KiB, {:+.1} KiB a minute; descriptors {} to {}, \
             {:+.2} a minute",
            self.warm().count(),
            self.seconds(),
            memory.0 / 1024.0,
            memory.1 / 1024.0,
            bytes / 1024.0,
            open.0,
            open.1,
            descriptors
        )
    }
}
