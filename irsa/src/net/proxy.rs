//! Which proxy a request goes through, decided by us from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
//!
//! Each variable is read in lower case first; the first one that is set counts, and empty means none. `HTTP_PROXY` in
//! capitals is ignored where `REQUEST_METHOD` is set: there a client could set it by a header.
//! `NO_PROXY`: `*`, names (`x`, `.x` and `*.x` all cover `x` and what is below it), IP literals, CIDR blocks of either
//! family, each but the last with an optional `:port`; separated by commas or white space; what cannot be read is
//! skipped. Names are not resolved for it. Loopback, `localhost` and link-local addresses (instance metadata, container
//! credentials) never go through a proxy.

use super::connect::address;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use irsa_core::{
    Secret,
    effect::{HttpFault, HttpStep},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The proxy variables, read once.
#[derive(Debug)]
pub(crate) struct Proxies {
    https: Option<Configured>,
    http: Option<Configured>,
    none: NoProxy,
}

/// A variable's name and what it led to; a broken one is an error only when a request needs it.
type Configured = (&'static str, Result<Proxy, &'static str>);

/// A proxy, and the variable that named it.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub variable: &'static str,
    pub tls: bool,
    pub host: String,
    pub port: u16,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<Secret>,
}

impl Proxies {
    pub(crate) fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let cgi = variable("REQUEST_METHOD").is_some();
        let first = |names: &[&'static str]| {
            let (name, value) = names.iter().find_map(|name| Some((*name, variable(name)?)))?;
            (!value.trim().is_empty()).then(|| (name, Proxy::parse(name, value.trim())))
        };
        let http: &[&str] = if cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] };
        let all: &[&str] = &["all_proxy", "ALL_PROXY"];
        let none = variable("no_proxy").or_else(|| variable("NO_PROXY")).unwrap_or_default();
        Self {
            https: first(&[&["https_proxy", "HTTPS_PROXY"], all].concat()),
            http: first(&[http, all].concat()),
            none: NoProxy::parse(&none),
        }
    }

    /// The proxy for this host (an IPv6 literal without brackets), or `None` for a direct connection.
    pub(crate) fn choose(&self, https: bool, host: &str, port: u16) -> Result<Option<&Proxy>, HttpFault> {
        let configured = if https { &self.https } else { &self.http };
        let Some((variable, proxy)) = configured else { return Ok(None) };
        if never_proxied(host) || self.none.covers(host, port) {
            return Ok(None);
        }
        match proxy {
            Ok(proxy) => Ok(Some(proxy)),
            // The value may hold a password.
            Err(why) => Err(HttpFault { step: HttpStep::Invalid, detail: format!("{variable} {why}").into() }),
        }
    }
}

impl Proxy {
    fn parse(variable: &'static str, text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            s if s.starts_with("socks") => {
                return Err("names a SOCKS proxy; only http:// and https:// ones are supported");
            }
            _ => return Err("is not the URL of an http:// or https:// proxy"),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let (host, port) = split_port(address).ok_or("has no host and port that can be read")?;
        if host.is_empty() {
            return Err("names no host");
        }
        let authorization = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            let pair = [percent_decoded(name), b":".to_vec(), percent_decoded(password)].concat();
            Secret::from(format!("Basic {}", STANDARD.encode(&pair)))
        });
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { variable, tls, host: host.to_owned(), port, authorization })
    }

    /// For faults: where, and who said so.
    pub(crate) fn said(&self) -> String {
        format!("proxy {} ({})", address(&self.host, self.port), self.variable)
    }
}

fn never_proxied(host: &str) -> bool {
    match host.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_link_local(),
        // fd00:ec2::/32 is where EC2 and EKS put their metadata services.
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unicast_link_local() || ip.segments()[..2] == [0xfd00, 0x0ec2],
        Err(_) => named(host) == "localhost" || named(host).ends_with(".localhost"),
    }
}

/// Who is spared the proxy.
#[derive(Debug, Default)]
struct NoProxy(Vec<Rule>);

#[derive(Debug)]
enum Rule {
    All,
    Name { name: String, port: Option<u16> },
    Ip { ip: IpAddr, port: Option<u16> },
    Block { base: IpAddr, bits: u8 },
}

impl NoProxy {
    fn parse(text: &str) -> Self {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(Rule::parse).collect())
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        let ip = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let host = named(host);
        let same_port = |rule: &Option<u16>| rule.is_none_or(|rule| rule == port);
        self.0.iter().any(|rule| match rule {
            Rule::All => true,
            Rule::Name { name, port } => {
                let below = host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                ip.is_none() && below && same_port(port)
            }
            Rule::Ip { ip: one, port } => ip == Some(*one) && same_port(port),
            Rule::Block { base, bits } => ip.is_some_and(|ip| within(ip, *base, *bits)),
        })
    }
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        if let Some((base, bits)) = entry.split_once('/') {
            let base: IpAddr = base.parse().ok()?;
            let bits: u8 = bits.parse().ok()?;
            let width = if base.is_ipv4() { 32 } else { 128 };
            return (bits <= width).then_some(Self::Block { base, bits });
        }
        let (host, port) = split_port(entry)?;
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Some(Self::Ip { ip: ip.to_canonical(), port });
        }
        let name = named(host.strip_prefix('*').unwrap_or(host).trim_start_matches('.'));
        (!name.is_empty()).then_some(Self::Name { name, port })
    }
}

fn within(ip: IpAddr, base: IpAddr, bits: u8) -> bool {
    let v4 = |ip: Ipv4Addr| u128::from(ip.to_bits()) << 96;
    let (ip, base) = match (ip, base) {
        (IpAddr::V4(ip), IpAddr::V4(base)) => (v4(ip), v4(base)),
        (IpAddr::V6(ip), IpAddr::V6(base)) => (Ipv6Addr::to_bits(ip), Ipv6Addr::to_bits(base)),
        _ => return false,
    };
    // A shift by all bits is no shift at all in Rust, hence the check.
    bits == 0 || (ip ^ base) >> (128 - u32::from(bits)) == 0
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or a bare v6 literal; the host without brackets.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        let port = rest.strip_prefix(':').map(str::parse);
        return match port {
            None if rest.is_empty() => Some((host, None)),
            Some(Ok(port)) => Some((host, Some(port))),
            _ => None,
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Some((text, None)),
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((text, None)),
    }
}

/// Names compare in lower case and without the root's dot.
fn named(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        let two = rest.first_chunk::<2>().filter(|two| *first == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        let hex = two.and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                bytes = &rest[2..];
            }
            None => {
                out.push(*first);
                bytes = rest;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
