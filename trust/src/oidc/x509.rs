//! The public key inside a certificate, and nothing else of it: RFC 5280 section 4.1, DER. For `x5c`, which must agree
//! with the other members of a JWK. No signature, name or date of the certificate is judged.

/// What the certificate certifies, as raw numbers.
pub(super) enum Key<'a> {
    /// Modulus and exponent, big endian, perhaps with a leading zero.
    Rsa { n: &'a [u8], e: &'a [u8] },
    /// Any other key's bit string; for EC a SEC 1 point.
    Point(&'a [u8]),
}

/// The subject public key of a DER certificate; `None` where it is no such thing.
pub(super) fn public_key(certificate: &[u8]) -> Option<Key<'_>> {
    let (certificate, _) = take(certificate, SEQUENCE)?;
    let (mut rest, _) = take(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = take(rest, VERSION)?.1;
    }
    // serial number, signature algorithm, issuer, validity, subject
    for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        rest = take(rest, tag)?.1;
    }
    let (info, _) = take(rest, SEQUENCE)?;
    let (algorithm, rest) = take(info, SEQUENCE)?;
    let (bits, _) = take(rest, BIT_STRING)?;
    let key = bits.strip_prefix(&[0])?; // no unused bits
    if take(algorithm, OBJECT_ID)?.0 != RSA_ENCRYPTION {
        return Some(Key::Point(key));
    }
    let (numbers, _) = take(key, SEQUENCE)?;
    let (n, rest) = take(numbers, INTEGER)?;
    let (e, _) = take(rest, INTEGER)?;
    Some(Key::Rsa { n, e })
}

/// Content and rest of one element with this tag.
fn take(from: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = from.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    if *found != tag {
        return None;
    }
    rest.split_at_checked(length)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
