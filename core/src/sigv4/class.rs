//! What each byte is to a signature, in one table: a look at a text is one pass that gathers the classes of its bytes.

/// Must be escaped wherever it stands alone: all but RFC 3986's unreserved.
pub(super) const RESERVED: u8 = 1;
/// Must be escaped in a path: as above, but for the slash.
pub(super) const NOT_IN_PATH: u8 = 2;
/// White space, a control character, or no ASCII.
pub(super) const INVISIBLE: u8 = 4;
/// May not stand in a header's name (RFC 9110 §5.6.2).
pub(super) const NO_TOKEN: u8 = 8;
/// An upper-case letter.
pub(super) const UPPER: u8 = 16;
/// ASCII white space.
pub(super) const SPACE: u8 = 32;
/// A control character that is no white space.
pub(super) const CONTROL: u8 = 64;
/// Would break a scope or a credential: invisible, a slash or a comma.
pub(super) const NOT_IN_SCOPE: u8 = 128;

static TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let b = at as u8;
        let unreserved = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        let token = b.is_ascii_alphanumeric()
            || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+')
            || matches!(b, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~');
        let space = matches!(b, b' ' | b'\t'..=b'\r');
        let mut class = 0;
        if !unreserved {
            class |= RESERVED;
        }
        if !unreserved && b != b'/' {
            class |= NOT_IN_PATH;
        }
        if !b.is_ascii_graphic() {
            class |= INVISIBLE;
        }
        if !token {
            class |= NO_TOKEN;
        }
        if b.is_ascii_uppercase() {
            class |= UPPER;
        }
        if space {
            class |= SPACE;
        }
        if b.is_ascii_control() && !space {
            class |= CONTROL;
        }
        if !b.is_ascii_graphic() || b == b'/' || b == b',' {
            class |= NOT_IN_SCOPE;
        }
        #[allow(clippy::indexing_slicing)] // evaluated by the compiler
        {
            table[at] = class;
        }
        at += 1;
    }
    table
};

/// The classes of a byte.
#[inline(always)]
pub(super) fn of(byte: u8) -> u8 {
    TABLE.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The classes of all bytes together.
#[inline]
pub(super) fn seen(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |seen, byte| seen | of(*byte))
}

/// How many bytes stand before the first one of the class.
#[inline]
pub(super) fn run(bytes: &[u8], class: u8) -> usize {
    let eights = bytes.as_chunks::<8>().0.iter().take_while(|eight| seen(&eight[..]) & class == 0).count() * 8;
    let rest = bytes.get(eights..).unwrap_or_default();
    eights + rest.iter().position(|byte| of(*byte) & class != 0).unwrap_or(rest.len())
}

/// Whether all are visible ASCII. Without the table, as the compiler makes vector code of it: for long texts.
#[inline]
pub(super) fn visible(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |most: u8, byte| most.max(byte.wrapping_sub(b'!'))) <= b'~' - b'!'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_see_what_is_visible_agree() {
        for byte in 0..=255 {
            assert_eq!(visible(&[byte]), seen(&[byte]) & INVISIBLE == 0, "{byte}");
            assert_eq!(visible(&[b'a', byte, b'a']), byte.is_ascii_graphic(), "{byte}");
        }
        assert!(visible(b""));
    }

    #[test]
    fn runs_end_at_the_first_of_the_class() {
        for length in 0..40 {
            let mut text = std::vec![b'a'; length];
            assert_eq!(run(&text, RESERVED), length);
            for at in (0..length).rev() {
                text[at] = b'+';
                assert_eq!(run(&text, RESERVED), at, "of {length}");
            }
        }
    }
}
