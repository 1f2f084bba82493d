//! Hands the compiler's target triple on to the code.

fn main() {
    println!(
        "cargo::rustc-env=KEYRIG_TARGET={}",
        std::env::var("TARGET").expect("cargo sets TARGET for build scripts")
    );
}
