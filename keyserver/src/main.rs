//! `casevault-keyserver`: see [`casevault_keyserver`].

use clap::Parser;

fn main() -> std::process::ExitCode {
    casevault_keyserver::command::main(casevault_keyserver::Arguments::parse())
}
