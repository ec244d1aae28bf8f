//! `irsa_core::services::rds`.

use crate::{Entry, services::given_credentials};
use irsa_core::{
    Timestamp,
    services::rds::{self, Connect},
    sigv4::KeyCache,
};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    // {address, user, region?, credentials?, now (seconds)} gives {token, expires (millis), region, found}.
    ("rds.token", |input| {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        let mut connect = Connect::new(text("address"), text("user"))?;
        let found = connect.region().map(String::from);
        if let Some(region) = input["region"].as_str() {
            connect = connect.with_region(region);
        }
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap_or_default());
        let made = rds::token(&connect, &given_credentials(input), &mut KeyCache::new(), now)?;
        Ok(json!({
            "token": made.token.expose(),
            "expires": made.expires.unix_millis(),
            "region": made.region,
            "found": found,
        }))
    }),
];
