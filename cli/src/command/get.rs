//! `get secret`: a value of Secrets Manager.

use crate::{
    args::{Args, Ended, Word, usage},
    identity::Identity,
};

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    let mut names = Vec::new();
    while let Some(word) = args.next()? {
        match word {
            Word::Value(value) => names.push(value.to_string_lossy().into_owned()),
            flag => identity.take(&flag, args)?,
        }
    }
    Err(usage("get", "not built yet").into())
}
