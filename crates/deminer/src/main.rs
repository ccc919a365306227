//! deminer
fn main() {}
