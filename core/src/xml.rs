//! Small XML answers, as the text of their leaves.
//!
//! Follows XML 1.0 through quick-xml, without DTDs: a DOCTYPE is refused, so no entity but the five of XML itself and
//! character references exists. Depth at most [`DEPTH`]; names without their prefix. The scratch text is wiped.

use crate::secret::Scratch;
use alloc::{string::String, vec::Vec};
use quick_xml::{
    Reader,
    errors::Error,
    events::{BytesRef, Event},
};

/// Elements within elements. STS has four.
const DEPTH: usize = 16;

/// Why a text is no XML that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It ends too early.
    Cut,
    /// It has a DOCTYPE.
    Doctype,
    /// Deeper than [`DEPTH`].
    Deep,
    /// Not well-formed, from about this byte on.
    Malformed(u64),
}

/// Calls `leaf` with the path (root first) and the text of each element that has no element in it, without the white
/// space around it.
pub(crate) fn leaves(text: &str, mut leaf: impl FnMut(&[&str], &str)) -> Result<(), Fault> {
    walk(text, |path, text| {
        if let Some(text) = text {
            leaf(path, text.trim());
        }
    })
}

/// Calls `each` at the end of every element: with the text as it stands where no element is in it, else with `None`.
pub(crate) fn walk(text: &str, mut each: impl FnMut(&[&str], Option<&str>)) -> Result<(), Fault> {
    let mut reader = Reader::from_str(text);
    let mut path: Vec<&str> = Vec::new();
    // Never longer than the document, so that it does not grow and leave copies behind.
    let mut scratch = Scratch(String::with_capacity(text.len()));
    let content = &mut scratch.0;
    let (mut is_leaf, mut roots) = (false, 0);
    loop {
        let at = reader.buffer_position();
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        match reader.read_event().map_err(|e| fault(&e, at))? {
            Event::Start(_) => {
                let name = name_at(text, from).ok_or(Fault::Malformed(at))?;
                if path.is_empty() {
                    roots += 1;
                }
                path.push(name);
                if path.len() > DEPTH {
                    return Err(Fault::Deep);
                }
                content.clear();
                is_leaf = true;
            }
            Event::End(_) => {
                each(&path, is_leaf.then_some(content));
                is_leaf = false;
                path.pop();
            }
            Event::Empty(_) => {
                let name = name_at(text, from).ok_or(Fault::Malformed(at))?;
                if path.is_empty() {
                    roots += 1;
                }
                path.push(name);
                each(&path, Some(""));
                path.pop();
                is_leaf = false;
            }
            Event::Text(text) if path.is_empty() && !text.trim().is_empty() => return Err(Fault::Malformed(at)),
            Event::Text(text) => content.push_str(&text),
            Event::CData(text) => content.push_str(&text.into_inner()),
            Event::GeneralRef(name) => content.push(character(&name).ok_or(Fault::Malformed(at))?),
            Event::DocType(_) => return Err(Fault::Doctype),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if !path.is_empty() || roots == 0 => return Err(Fault::Cut),
            Event::Eof if roots > 1 => return Err(Fault::Malformed(at)),
            Event::Eof => return Ok(()),
        }
    }
}

/// The local name of the tag that begins at this byte.
fn name_at(text: &str, from: usize) -> Option<&str> {
    let tag = text.get(from..)?.strip_prefix('<')?;
    let (mut start, mut end) = (0, tag.len());
    for (at, byte) in tag.bytes().enumerate() {
        if byte == b':' {
            start = at + 1;
        } else if byte.is_ascii_whitespace() || byte == b'/' || byte == b'>' {
            end = at;
            break;
        }
    }
    tag.get(start..end).filter(|name| !name.is_empty())
}

/// One of XML's five entities, or a character reference.
fn character(name: &BytesRef<'_>) -> Option<char> {
    if name.is_char_ref() {
        return name.resolve_char_ref().ok().flatten();
    }
    match &**name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    }
}

fn fault(e: &Error, at: u64) -> Fault {
    match e {
        // Everything that quick-xml calls a syntax error is something that was not closed.
        Error::Syntax(_) => Fault::Cut,
        _ => Fault::Malformed(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::ToString, vec};

    fn read(text: &str) -> Result<Vec<(String, String)>, Fault> {
        let mut all = vec![];
        leaves(text, |path, text| all.push((path.join("/"), text.to_string()))).map(|()| all)
    }

    #[test]
    fn leaves_and_their_paths() {
        let text = "<?xml version=\"1.0\"?>\n<!-- x --><a xmlns:n='u'><n:b x=\"1\"> 1 &lt; &#50;<![CDATA[ & 3]]></n:b><c/>\
                    <d><e>v</e>tail</d></a>\n";
        let expected = [("a/b", "1 < 2 & 3"), ("a/c", ""), ("a/d/e", "v")];
        assert_eq!(read(text).unwrap(), expected.map(|(path, text)| (path.to_string(), text.to_string())));
    }

    #[test]
    fn ends_and_white_space() {
        let mut all = vec![];
        walk("<a> <b> x </b><c><d/></c></a>", |path, text| all.push((path.join("/"), text.map(ToString::to_string))))
            .unwrap();
        let expected = [("a/b", Some(" x ")), ("a/c/d", Some("")), ("a/c", None), ("a", None)];
        assert_eq!(all, expected.map(|(path, text)| (path.to_string(), text.map(ToString::to_string))));
    }

    #[test]
    fn faults() {
        let deep = format!("{}{}", "<a>".repeat(17), "</a>".repeat(17));
        for (text, fault) in [
            ("", Fault::Cut),
            ("  ", Fault::Cut),
            ("<a", Fault::Cut),
            ("<a><b>x", Fault::Cut),
            ("<a><b>x</b>", Fault::Cut),
            ("<a><![CDATA[x", Fault::Cut),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", Fault::Doctype),
            (&deep, Fault::Deep),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
        for text in ["<a>&x;</a>", "<a></b>", "<a/><b/>", "x<a/>", "<a/>x", "<a>&#xD800;</a>", "</a>", "<>x</>"] {
            assert!(matches!(read(text), Err(Fault::Malformed(_))), "{text}: {:?}", read(text));
        }
    }
}
