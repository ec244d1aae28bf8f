//! What tags may be: the bounds of IAM's and STS's service models (`tagKeyType`, `tagValueType`, `tagListType`).

/// Tags of a resource, or of a session.
pub(crate) const MOST: usize = 50;
/// Characters of a key; at least one.
pub(crate) const LONGEST_KEY: usize = 128;
/// Characters of a value.
pub(crate) const LONGEST_VALUE: usize = 256;

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, for keys and values.
pub(crate) fn is_in_alphabet(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c))
}
