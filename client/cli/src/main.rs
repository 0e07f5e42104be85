//! The `casevault` program.

fn main() -> std::process::ExitCode {
    casevault_cli::main_with(std::env::args_os())
}
