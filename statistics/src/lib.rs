//! What is counted about cases and how: the fields of the Human Trafficking Case Data Standard with Casevault's extension, their
//! codes, and the checks on their values. No input or output.

pub mod htcds;
