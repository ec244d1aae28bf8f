//! The peer: the AWS SDK for Rust's own chain, as small a program as gets credentials by it.

use aws_config::BehaviorVersion;
use aws_credential_types::provider::ProvideCredentials;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let credentials = runtime.block_on(async {
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        config.credentials_provider().expect("a chain").provide_credentials().await.expect("credentials")
    });
    println!("{}", credentials.access_key_id());
}
