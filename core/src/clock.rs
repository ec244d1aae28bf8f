//! How far STS's clock is from ours, by the `Date` header (RFC 9110 §6.6.1).

use crate::{Now, Timestamp, effect::HttpResponse, keeper::skew_millis};
use alloc::format;
use core::time::Duration;

/// A slower answer says too little of the moment at which its `Date` was written.
const ROUND_TRIP: Duration = Duration::from_secs(15);

/// Milliseconds of skew from which a signature has to go by the service's clock. AWS takes signatures within five minutes,
/// and a skew is an upper bound: below this our own clock is the better one.
const FAR: u64 = 4 * 60_000;

/// When to sign at our wall time `now`, where the service's clock is `skew` milliseconds ahead: by its clock where the two
/// are four minutes apart or more, else by ours.
pub fn signing_time(now: Timestamp, skew: i64) -> Timestamp {
    if is_far(skew) { now.plus_millis(skew) } else { now }
}

/// Whether the clocks are so far apart that a refusal may be their fault.
pub(crate) fn is_far(skew: i64) -> bool {
    skew.unsigned_abs() >= FAR
}

/// STS's clock minus our wall clock, in milliseconds: at most so much, see [`skew_millis`].
/// `None` for an answer that a cache kept (`Age`), that took over 15 s, or that has no `Date` we can read.
pub fn skew(response: &HttpResponse, sent: Now, received: Now) -> Option<i64> {
    if response.header("age").is_some() || received.mono.since(sent.mono) > ROUND_TRIP {
        return None;
    }
    skew_millis(http_date(response.header("date")?)?, sent, received)
}

/// `Tue, 24 Nov 2026 10:00:23 GMT`, the one form that servers may write.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.trim().split_once(", ")?;
    let mut fields = date.split(' ');
    let (day, month, year, time, zone) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    if zone != "GMT" || fields.next().is_some() {
        return None;
    }
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mono, Secret};
    use std::vec::Vec;

    fn at(wall: i64, mono: u64) -> Now {
        Now { wall: Timestamp::from_unix_millis(wall), mono: Mono(mono) }
    }

    fn answer(headers: &[(&str, &str)]) -> HttpResponse {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), Secret::from(*value))).collect::<Vec<_>>();
        HttpResponse { status: 200, headers, body: Default::default() }
    }

    #[test]
    fn by_date_alone() {
        // 2026-11-24T10:00:23Z
        let date = ("Date", "Tue, 24 Nov 2026 10:00:23 GMT");
        let wall = 1_795_514_423_000;
        for (headers, took, expected) in [
            (&[date][..], 100, Some(1_099)),
            (&[date], 15_000, Some(15_999)),
            (&[date], 15_001, None),
            (&[date, ("age", "0")], 100, None),
            (&[("date", "Tuesday, 24-Nov-26 10:00:23 GMT")], 100, None),
            (&[("date", "Tue, 24 Nov 2026 10:00:23 CET")], 100, None),
            (&[("date", "Tue, 31 Feb 2026 10:00:23 GMT")], 100, None),
            (&[], 100, None),
        ] {
            assert_eq!(skew(&answer(headers), at(wall - took, 0), at(wall, took as u64)), expected, "{headers:?}");
        }
        assert_eq!(skew(&answer(&[date]), at(wall + 400_000, 0), at(wall + 400_000, 1)), Some(-399_000));
        assert_eq!(skew(&answer(&[date]), at(wall - 1_500, 0), at(wall - 1_500, 1)), Some(2_500));
    }

    #[test]
    fn a_signature_goes_by_our_clock_unless_it_is_far_off() {
        let now = Timestamp::from_unix_millis(1_795_514_423_000);
        for (skew, shift) in [
            (0, 0),
            (15_999, 0),
            (239_999, 0),
            (240_000, 240_000),
            (-239_999, 0),
            (-240_000, -240_000),
            (3_600_000, 3_600_000),
        ] {
            assert_eq!(signing_time(now, skew).millis_since(now), shift, "{skew}");
        }
        signing_time(now, i64::MIN);
        signing_time(now, i64::MAX);
    }
}
