//! Points in time, as arguments: core never asks for the time.
//!
//! Expiry and signing use wall time ([`Timestamp`]); deadlines and back-off use monotonic time ([`Mono`]).
//! Text forms: ISO 8601 as AWS writes it (`2015-08-30T12:36:00Z`, with or without a fraction or an offset) and the
//! basic form of Signature Version 4 (`20150830T123600Z`). Years 0000 to 9999; no leap seconds.

use core::{fmt, ops, time::Duration};

/// Both clocks, read by the host at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; it may be wrong and may jump.
    pub wall: Timestamp,
    /// A clock that only goes forward.
    pub mono: Mono,
}

/// Monotonic time in milliseconds from a start that only the host knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mono(pub u64);

impl Mono {
    /// The end of time: a deadline that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time that has passed since `earlier`; zero where `earlier` lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl ops::Add<Duration> for Mono {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// Wall time: seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// The first and last second that the text forms can write.
    const RANGE: ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

    /// From seconds since the epoch, clamped to the years 0000 to 9999.
    pub const fn from_unix(seconds: i64) -> Self {
        let (low, high) = (*Self::RANGE.start(), *Self::RANGE.end());
        let seconds = if seconds < low {
            low
        } else if seconds > high {
            high
        } else {
            seconds
        };
        Self { seconds, nanos: 0 }
    }

    /// From milliseconds since the epoch, clamped likewise.
    pub const fn from_unix_millis(millis: i64) -> Self {
        let mut time = Self::from_unix(millis.div_euclid(1000));
        time.nanos = (millis.rem_euclid(1000) as u32) * 1_000_000;
        time
    }

    /// From seconds and nanoseconds (below 10^9; more is cut off).
    pub const fn from_parts(seconds: i64, nanos: u32) -> Self {
        let mut time = Self::from_unix(seconds);
        time.nanos = if nanos > 999_999_999 { 999_999_999 } else { nanos };
        time
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn unix(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn unix_millis(self) -> i64 {
        self.seconds * 1000 + (self.nanos / 1_000_000) as i64
    }

    /// `self - earlier` in milliseconds; negative where `earlier` lies ahead.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.unix_millis() - earlier.unix_millis()
    }

    /// Moved by so many milliseconds, clamped.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_unix_millis(self.unix_millis().saturating_add(millis))
    }

    /// Reads ISO 8601 in the extended form (`2024-12-14T16:20:12.5+01:00`) or the basic one (`20241214T162012Z`).
    /// The zone is required. A fraction beyond nanoseconds is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let mut at = Cursor(text.as_bytes());
        let year = at.number(4)?;
        let extended = at.skip(b"-");
        let month = at.number(2)?;
        if extended && !at.skip(b"-") {
            return None;
        }
        let day = at.number(2)?;
        if !at.skip(b"Tt") {
            return None;
        }
        let hour = at.number(2)?;
        if extended && !at.skip(b":") {
            return None;
        }
        let minute = at.number(2)?;
        if extended && !at.skip(b":") {
            return None;
        }
        let second = at.number(2)?;
        let nanos = if at.skip(b".") { at.fraction()? } else { 0 };
        let offset = at.zone()?;
        if !(1..=12).contains(&month)
            || day < 1
            || day > days_in(year, month)
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
        Self::RANGE.contains(&seconds).then_some(Self { seconds, nanos })
    }

    /// `20150830T123600Z`, the form of `X-Amz-Date`.
    pub fn basic(self) -> [u8; 16] {
        let c = self.civil();
        let mut out = *b"00000000T000000Z";
        for (at, width, value) in
            [(0, 4, c.year), (4, 2, c.month), (6, 2, c.day), (9, 2, c.hour), (11, 2, c.minute), (13, 2, c.second)]
        {
            put(&mut out, at, width, value);
        }
        out
    }

    /// `2015-08-30T12:36:00Z`, without the fraction.
    pub fn extended(self) -> [u8; 20] {
        let c = self.civil();
        let mut out = *b"0000-00-00T00:00:00Z";
        for (at, width, value) in
            [(0, 4, c.year), (5, 2, c.month), (8, 2, c.day), (11, 2, c.hour), (14, 2, c.minute), (17, 2, c.second)]
        {
            put(&mut out, at, width, value);
        }
        out
    }

    fn civil(self) -> Civil {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(86_400));
        let rest = self.seconds.rem_euclid(86_400);
        Civil { year, month, day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60 }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.extended()).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}+{}ns", self.nanos)
    }
}

/// A span of seconds as people say it: `45s`, `4m10s`, `2h05m`, `3d04h`.
pub struct Span(pub i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0.unsigned_abs();
        match s {
            0..60 => write!(f, "{s}s"),
            60..3600 => write!(f, "{}m{:02}s", s / 60, s % 60),
            3600..86_400 => write!(f, "{}h{:02}m", s / 3600, s / 60 % 60),
            _ => write!(f, "{}d{:02}h", s / 86_400, s / 3600 % 24),
        }
    }
}

struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, any: &[u8]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if any.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn digit(&mut self) -> Option<i64> {
        let (first, rest) = self.0.split_first()?;
        first.is_ascii_digit().then(|| {
            self.0 = rest;
            i64::from(first - b'0')
        })
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |sum, _| Some(sum * 10 + self.digit()?))
    }

    fn fraction(&mut self) -> Option<u32> {
        let (mut nanos, mut scale) = (self.digit()? * 100_000_000, 10_000_000);
        while let Some(digit) = self.digit() {
            nanos += digit * scale;
            scale /= 10;
        }
        u32::try_from(nanos).ok()
    }

    /// The offset in seconds, with nothing left behind it.
    fn zone(&mut self) -> Option<i64> {
        let offset = if self.skip(b"Zz") {
            0
        } else {
            let sign = if self.skip(b"+") {
                1
            } else if self.skip(b"-") {
                -1
            } else {
                return None;
            };
            let hours = self.number(2)?;
            self.skip(b":");
            let minutes = self.number(2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        };
        self.0.is_empty().then_some(offset)
    }
}

fn put(out: &mut [u8], at: usize, width: usize, mut value: i64) {
    for slot in out.iter_mut().skip(at).take(width).rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// The Gregorian calendar counted in eras of 400 years that begin on the first of March, so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::ToString};

    #[test]
    fn reads_and_writes_what_aws_writes() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2015-08-30T12:36:00Z", 1_440_938_160, 0),
            ("20150830T123600Z", 1_440_938_160, 0),
            ("2024-12-14T16:20:12.5Z", 1_734_193_212, 500_000_000),
            ("2026-11-24T10:00:23.098286Z", 1_795_514_423, 98_286_000),
            ("2024-02-29T23:59:59+01:00", 1_709_247_599, 0),
            ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
            ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ];
        for (text, seconds, nanos) in cases {
            let time = Timestamp::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((time.unix(), time.subsec_nanos()), (seconds, nanos), "{text}");
        }
        assert_eq!(Timestamp::from_unix(1_440_938_160).to_string(), "2015-08-30T12:36:00Z");
        assert_eq!(&Timestamp::from_unix(1_440_938_160).basic(), b"20150830T123600Z");
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in -146_097..146_097 {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2024",
            "2024-12-14",
            "2024-12-14T16:20:12",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-12-14T24:00:00Z",
            "2024-12-14T16:20:12.Z",
            "2024-12-14T16:20:12Z ",
            "2024-1214T16:20:12Z",
            "20241214T16:20:12Z",
            "2024-12-14T16:20:60Z",
            "2024-12-14T16:20:12+1",
            "０000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-00:01",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_read_well() {
        let said = [0, 59, 250, 7_500, 273_600].map(|s| format!("{}", Span(s)));
        assert_eq!(said, ["0s", "59s", "4m10s", "2h05m", "3d04h"]);
    }
}
