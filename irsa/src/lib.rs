//! The blocking native host: flows on ureq and rustls, files, the clock.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
