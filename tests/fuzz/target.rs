//! Every fuzz target: which one is said by the name that the program was started under, so that one binary with many names will do.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

static NAME: LazyLock<String> = LazyLock::new(|| {
    let program = PathBuf::from(std::env::args_os().next().expect("a program has a name"));
    program.file_name().expect("a program has a name").to_string_lossy().into_owned()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| casevault_tests::fuzz::run(&NAME, data));
