//! Every fuzz target: which one is said by the name of the binary.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| casevault_tests::fuzz::run(env!("CARGO_BIN_NAME"), data));
