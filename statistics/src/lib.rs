//! What is counted about cases and how: the fields of the Human Trafficking Case Data Standard with Casevault's extension, their
//! codes, and the checks on their values; the variables of the statistics; and how two servers count them without reading a case. No
//! input or output.

pub mod htcds;
pub mod noise;
pub mod release;
pub mod variables;
pub mod vdaf;
