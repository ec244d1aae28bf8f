//! Where services are, by everything that a chain reads.

use crate::scene::Scene;
use irsa_core::{
    Code, Error,
    call::Service,
    chain,
    endpoint::{Endpoint, Settings},
    flow::Flow,
    services::{
        s3,
        secrets_manager::{self, GetSecretValue},
        ssm::{self, Ask, GetParameter},
    },
    sts,
};

type Choose = fn(&Settings<'_>) -> Result<Endpoint, Error>;

const STS: (Service, Choose) = (sts::STS, |settings| Endpoint::resolve(settings, None));
const SECRETS: (Service, Choose) =
    (secrets_manager::SERVICE, |settings| GetSecretValue::new("name").endpoint(settings));

/// The endpoint for a call of the service after the chain has run, and the Region to sign for.
fn place(scene: Scene, (service, choose): (Service, Choose)) -> Result<(String, String), Error> {
    let inputs = scene.inputs.clone();
    let seen = scene.run();
    let resolved = seen.resolved().clone();
    let deadline = seen.host.deadline(60_000);
    let mut flow =
        Flow::new(deadline, |io| async move { chain::endpoint(&io, &inputs, &resolved, &service, choose).await });
    let mut host = seen.host;
    host.drive(&mut flow).map(|endpoint| (endpoint.url().to_owned(), endpoint.signing_region().to_owned()))
}

const KEYS: &str = "aws_access_key_id = AKPROFILE\naws_secret_access_key = hunter2\nregion = eu-west-1\n";

fn scene(profile: &str) -> Scene {
    Scene::config(&format!(
        "[default]\n{KEYS}{profile}\n[services s]\nsts =\n  endpoint_url = http://sts.services\nsecrets_manager =\n  \
         endpoint_url = http://secrets.services\n[profile other]\n{KEYS}endpoint_url = http://other\n"
    ))
}

#[test]
fn in_the_order_of_service_and_place() {
    let all = "services = s\nendpoint_url = http://profile";
    for (scene, sts, secrets) in [
        (scene(""), "https://sts.eu-west-1.amazonaws.com", "https://secretsmanager.eu-west-1.amazonaws.com"),
        (scene("endpoint_url = http://profile"), "http://profile", "http://profile"),
        (scene(all), "http://sts.services", "http://secrets.services"),
        (scene(all).env("AWS_PROFILE", "other"), "http://other", "http://other"),
        (scene(all).options(|o| o.profile = Some("other".into())), "http://other", "http://other"),
        (scene(all).env("AWS_ENDPOINT_URL", "http://env"), "http://env", "http://env"),
        (
            scene(all).env("AWS_ENDPOINT_URL", "http://env").env("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://one"),
            "http://env",
            "http://one",
        ),
        (
            scene(all)
                .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://one")
                .property("aws.endpointUrlSecretsManager", "http://property"),
            "http://sts.services",
            "http://property",
        ),
        (scene(all).options(|o| o.endpoint = Some("http://option".into())), "http://option", "http://secrets.services"),
        (
            scene(&format!("{all}\nignore_configured_endpoint_urls = true")),
            "https://sts.eu-west-1.amazonaws.com",
            "https://secretsmanager.eu-west-1.amazonaws.com",
        ),
        (
            scene("use_fips_endpoint = true"),
            "https://sts-fips.eu-west-1.amazonaws.com",
            "https://secretsmanager-fips.eu-west-1.amazonaws.com",
        ),
        (
            scene("use_dualstack_endpoint = true").env("AWS_USE_DUALSTACK_ENDPOINT", "false"),
            "https://sts.eu-west-1.amazonaws.com",
            "https://secretsmanager.eu-west-1.amazonaws.com",
        ),
        (
            scene("").env("AWS_STS_REGIONAL_ENDPOINTS", "legacy"),
            "https://sts.amazonaws.com",
            "https://secretsmanager.eu-west-1.amazonaws.com",
        ),
    ] {
        assert_eq!(place(scene.clone(), STS).unwrap().0, sts);
        assert_eq!(place(scene, SECRETS).unwrap().0, secrets);
    }
}

const PARAMETERS: (Service, Choose) =
    (ssm::SERVICE, |settings| Ask::Parameter(&GetParameter::new("name")).endpoint(settings));
const S3: (Service, Choose) = (s3::SERVICE, s3::endpoint);

/// Each service goes by its own property, variable and section, and by no other's.
#[test]
fn names_of_other_services() {
    for (service, variable, property, section, aws) in [
        (PARAMETERS, "AWS_ENDPOINT_URL_SSM", "aws.endpointUrlSsm", "ssm", "https://ssm.eu-west-1.amazonaws.com"),
        (S3, "AWS_ENDPOINT_URL_S3", "aws.endpointUrlS3", "s3", "https://s3.eu-west-1.amazonaws.com"),
    ] {
        let services =
            format!("[default]\n{KEYS}services = s\n[services s]\n{section} =\n  endpoint_url = http://section\n");
        let scene = Scene::config(&services);
        assert_eq!(place(scene.clone(), service).unwrap(), ("http://section".into(), "eu-west-1".into()));
        assert_eq!(place(scene.clone().env(variable, "http://variable"), service).unwrap().0, "http://variable");
        let property = scene.clone().env(variable, "http://variable").property(property, "http://property");
        assert_eq!(place(property, service).unwrap().0, "http://property");
        let ignored = scene.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert_eq!(place(ignored, service).unwrap().0, aws);
        let others =
            Scene::config(&format!("[default]\n{KEYS}")).env("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://other");
        assert_eq!(place(others, service).unwrap().0, aws);
    }
}

/// A word that is neither true nor false is no endpoint's, whoever said it.
#[test]
fn what_cannot_be() {
    for (scene, fix) in [
        (scene("").env("AWS_USE_FIPS_ENDPOINT", "yes"), "set AWS_USE_FIPS_ENDPOINT to true or false"),
        (
            scene("use_fips_endpoint = yes"),
            "set use_fips_endpoint of the profile default (/home/.aws/config, line 5) to true or false",
        ),
    ] {
        for service in [STS, SECRETS] {
            let error = place(scene.clone(), service).unwrap_err();
            assert_eq!((error.code(), error.at(), error.fix()), (Code::SettingInvalid, "endpoint", fix));
        }
    }
    let error = place(scene("endpoint_url = nowhere"), SECRETS).unwrap_err();
    assert_eq!(error.code(), Code::EndpointUrl);
    assert!(error.fix().starts_with("in endpoint_url of the profile default (/home/.aws/config, line 5): "), "{error}");
    // What is wrong with the global endpoint of STS is nothing to another service.
    let odd = || scene("sts_regional_endpoints = odd");
    assert_eq!(place(odd(), STS).unwrap_err().code(), Code::SettingInvalid);
    assert!(place(odd(), SECRETS).is_ok());
}
