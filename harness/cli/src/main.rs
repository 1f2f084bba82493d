//! The binary `keyrig`.
fn main() {}
