//! What tests of the command in a pod share.
#![allow(dead_code)] // each test uses its part

use irsa_local::{Config, Local, Mint};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

pub const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/irsa-local.yaml");

/// A pod, and what serves it.
pub struct Pod {
    pub local: Local,
    pub env: BTreeMap<String, String>,
}

/// What a command came to.
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Pod {
    pub fn new(tls: bool) -> Self {
        let mut config = Config::from_file(Path::new(DEMO)).unwrap();
        config.tls = tls;
        let local = Local::start(config).unwrap();
        let mut env = local.env();
        env.insert("PATH".into(), std::env::var("PATH").unwrap());
        env.insert("HOME".into(), "/nowhere".into());
        Self { local, env }
    }

    /// With other variables.
    pub fn with(&self, more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut env = self.env.clone();
        env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        env
    }

    pub fn irsa(&self, args: &[&str]) -> Outcome {
        irsa(args, &self.env)
    }

    /// A token file beside the pod's own.
    pub fn token(&self, name: &str, mint: &Mint) -> PathBuf {
        let path = self.local.state_folder().join(name);
        std::fs::write(&path, self.local.mint(mint).unwrap().expose()).unwrap();
        path
    }
}

pub fn irsa(args: &[&str], env: &BTreeMap<String, String>) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_irsa")).args(args).env_clear().envs(env).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Outcome {
    pub fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    pub fn json(self) -> Value {
        serde_json::from_str(&self.good()).unwrap()
    }

    /// Exit code, error code, nothing on standard output, and a fix.
    #[track_caller]
    pub fn refused(self, exit: i32, code: &str) -> String {
        let named = self.err.contains(&format!("({code})")) || self.err.contains(&format!("({code}, request id "));
        assert!(self.code == Some(exit) && named, "{:?} {}", self.code, self.err);
        assert_eq!(self.out, "");
        assert!(self.err.contains("\nirsa: fix: "), "{}", self.err);
        self.err
    }
}
