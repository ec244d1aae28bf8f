//! How long does signing take, and how much of it is cryptography?

use criterion::{Criterion, criterion_group, criterion_main};
use irsa_benches::signing::{W1, W2, W3};

fn signing(c: &mut Criterion) {
    let mut group = c.benchmark_group("signing");
    let mut run = |name: &str, mut work: Box<dyn FnMut()>| {
        group.bench_function(name, |b| b.iter(&mut work));
    };
    run("W1 irsa", Box::new(W1.irsa()));
    run("W1 cryptography", Box::new(W1.cryptography()));
    run("W1b irsa", Box::new(W1.irsa_fresh_key()));
    run("W2 irsa", Box::new(W2.irsa()));
    run("W2 cryptography", Box::new(W2.cryptography()));
    run("W3 irsa", Box::new(W3.irsa()));
    run("W3 cryptography", Box::new(W3.cryptography()));
}

criterion_group!(benches, signing);
criterion_main!(benches);
