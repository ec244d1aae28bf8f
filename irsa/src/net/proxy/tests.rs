use super::*;
use std::collections::HashMap;

fn proxies(variables: &[(&'static str, &str)]) -> Proxies {
    let map: HashMap<_, _> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Proxies::new(&|name| map.get(name).cloned())
}

/// `host:port` of the choice, `direct`, or the fault.
fn chosen(variables: &[(&'static str, &str)], https: bool, host: &str, port: u16) -> String {
    match proxies(variables).choose(https, host, port) {
        Ok(None) => "direct".into(),
        Ok(Some(proxy)) => format!("{}{}:{}", if proxy.tls { "tls " } else { "" }, proxy.host, proxy.port),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_variable_is_chosen_by_scheme_and_lower_case_wins() {
    let https = |variables: &[_]| chosen(variables, true, "sts.amazonaws.com", 443);
    let http = |variables: &[_]| chosen(variables, false, "sts.amazonaws.com", 80);
    assert_eq!(https(&[]), "direct");
    assert_eq!(https(&[("HTTPS_PROXY", "http://p:3128")]), "p:3128");
    assert_eq!(https(&[("https_proxy", "low:1"), ("HTTPS_PROXY", "high:2")]), "low:1");
    assert_eq!(https(&[("HTTP_PROXY", "http://p:3128")]), "direct", "HTTP_PROXY is for http alone");
    assert_eq!(http(&[("HTTP_PROXY", "http://p:3128")]), "p:3128");
    assert_eq!(http(&[("HTTPS_PROXY", "http://p:3128")]), "direct");
    for scheme in [https, http] {
        assert_eq!(scheme(&[("ALL_PROXY", "https://p")]), "tls p:443");
        assert_eq!(scheme(&[("all_proxy", "p")]), "p:80");
    }
    assert_eq!(https(&[("HTTPS_PROXY", "p:1"), ("ALL_PROXY", "q:2")]), "p:1");
    assert_eq!(https(&[("https_proxy", ""), ("HTTPS_PROXY", "p:1")]), "direct", "empty means none");
    assert_eq!(http(&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")]), "direct", "a CGI client could set it");
    assert_eq!(http(&[("http_proxy", "p:1"), ("REQUEST_METHOD", "GET")]), "p:1");
}

#[test]
fn proxy_urls() {
    let of = |value: &str| chosen(&[("HTTPS_PROXY", value)], true, "h", 443);
    assert_eq!(of("http://[::1]:8080/"), "::1:8080");
    assert_eq!(of("HTTP://proxy.corp"), "proxy.corp:80");
    assert_eq!(of(" http://p:1 "), "p:1");
    let socks = "invalid request: HTTPS_PROXY names a SOCKS proxy; only http:// and https:// ones are supported";
    assert_eq!(of("socks5h://p:1080"), socks);
    assert_eq!(of("ftp://p"), "invalid request: HTTPS_PROXY is not the URL of an http:// or https:// proxy");
    assert_eq!(of("http://u:hunter2@"), "invalid request: HTTPS_PROXY names no host");
    assert_eq!(of("http://u:hunter2@p:x"), "invalid request: HTTPS_PROXY has no host and port that can be read");
}

#[test]
fn user_and_password_are_decoded_once_and_never_shown() {
    let cases = [
        ("http://user:pass@p:1", Some("Basic dXNlcjpwYXNz")),
        ("http://u%40corp:p%3Aw%25@p:1", Some("Basic dUBjb3JwOnA6dyU=")),
        ("http://only@p:1", Some("Basic b25seTo=")),
        ("http://a:b@c@p:1", Some("Basic YTpiQGM=")),
        ("http://bad%zz:%@p:1", Some("Basic YmFkJXp6OiU=")),
        ("http://u:%+a@p:1", Some("Basic dTolK2E=")),
        ("http://p:1", None),
    ];
    for (url, expected) in cases {
        let all = proxies(&[("ALL_PROXY", url)]);
        let proxy = all.choose(true, "h", 443).unwrap().unwrap();
        assert_eq!(proxy.authorization.as_ref().map(|a| a.expose()), expected, "{url}");
        assert_eq!((proxy.host.as_str(), proxy.port), ("p", 1), "{url}");
        assert!(!format!("{all:?}").contains("pass"), "{all:?}");
    }
}

#[test]
fn no_proxy_covers() {
    // entry, host, port, covered
    let cases = [
        ("*", "any.host", 443, true),
        ("example.com", "example.com", 443, true),
        ("example.com", "EXAMPLE.com.", 443, true),
        ("example.com", "sub.example.com", 443, true),
        ("example.com", "notexample.com", 443, false),
        (".example.com", "sub.example.com", 443, true),
        (".example.com", "example.com", 443, true),
        (".example.com", "badexample.com", 443, false),
        ("*.example.com", "a.b.example.com", 443, true),
        ("EXAMPLE.com.", "sub.example.com", 443, true),
        (".amazonaws.com", "sts.eu-west-1.amazonaws.com", 443, true),
        (".amazonaws.com", "sts.cn-north-1.amazonaws.com.cn", 443, false),
        ("example.com:8443", "example.com", 8443, true),
        ("example.com:8443", "example.com", 443, false),
        (".svc:80", "a.svc", 80, true),
        ("10.1.2.3", "10.1.2.3", 80, true),
        ("10.1.2.3:81", "10.1.2.3", 80, false),
        ("10.1.2.3:80", "10.1.2.3", 80, true),
        ("10.1.2.3", "::ffff:10.1.2.3", 80, true),
        ("2.3", "10.1.2.3", 80, false),
        ("10.0.0.0/8", "10.255.0.1", 80, true),
        ("10.0.0.0/8", "11.0.0.1", 80, false),
        ("10.0.0.0/8", "name.that.resolves.there", 80, false),
        ("0.0.0.0/0", "8.8.8.8", 80, true),
        ("0.0.0.0/0", "2001:db8::1", 80, false),
        ("172.16.0.0/12", "172.31.9.9", 80, true),
        ("172.16.0.0/12", "172.32.0.0", 80, false),
        ("1.2.3.4/32", "1.2.3.4", 80, true),
        ("1.2.3.4/33", "1.2.3.4", 80, false),
        ("fc00::/7", "fd12:3456::1", 80, true),
        ("2001:db8::/32", "2001:db9::1", 80, false),
        ("::/0", "2001:db9::1", 80, true),
        ("2001:db8::1", "2001:0db8:0::1", 80, true),
        ("[2001:db8::1]:443", "2001:db8::1", 443, true),
        ("[2001:db8::1]:443", "2001:db8::1", 80, false),
        ("a, b\tc.com ,,", "x.c.com", 80, true),
        ("", "c.com", 80, false),
        (".", "c.com", 80, false),
        ("10.0.0.0/x,c.com:port,[::1,c.com", "c.com", 80, true),
    ];
    for (entry, host, port, covered) in cases {
        assert_eq!(NoProxy::parse(entry).covers(host, port), covered, "{entry} for {host}:{port}");
        let choice = chosen(&[("ALL_PROXY", "p:1"), ("NO_PROXY", entry)], true, host, port);
        assert_eq!(choice == "direct", covered, "{entry} for {host}:{port}");
    }
    assert_eq!(chosen(&[("ALL_PROXY", "p:1"), ("no_proxy", "x"), ("NO_PROXY", "*")], true, "y", 1), "p:1");
}

#[test]
fn what_is_near_never_goes_through_a_proxy() {
    let near = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST.", "x.localhost", "169.254.170.2"];
    for host in near.into_iter().chain(["169.254.169.254", "fd00:ec2::254", "fe80::1", "::ffff:127.0.0.1"]) {
        assert_eq!(chosen(&[("ALL_PROXY", "p:1")], false, host, 80), "direct", "{host}");
    }
    for host in ["localhost.example.com", "10.0.0.1", "fd00:ec3::1"] {
        assert_eq!(chosen(&[("ALL_PROXY", "p:1")], false, host, 80), "p:1", "{host}");
    }
}
