//! A local OIDC issuer and STS that really verify, so that IRSA runs on a laptop.
#![forbid(unsafe_code)]
