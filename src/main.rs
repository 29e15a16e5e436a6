//! Hands the command line to the library and returns its exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(aisaleaks::cli::run(std::env::args_os()).code())
}
