//! The `casevault-demo` program.

fn main() -> std::process::ExitCode {
    casevault_demo::main_with(std::env::args_os().collect())
}
