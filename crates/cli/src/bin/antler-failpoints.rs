//! The binary with fail points, for `make chaos` only. A file of its own, so that the one people
//! use never has them.

use std::process::ExitCode;

fn main() -> ExitCode {
    antler::main()
}
