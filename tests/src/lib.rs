//! What the tests of the whole are made of: worlds of real server processes and devices, recorded connections, and the search for
//! plaintext.

pub mod browser;
pub mod bundle;
pub mod device;
pub mod evil;
pub mod exchange;
pub mod fuzz;
pub mod holder;
pub mod image;
pub mod interface;
pub mod leakage;
pub mod liar;
pub mod limit;
pub mod long_log;
pub mod model;
pub mod moments;
pub mod pen;
pub mod plaintext;
pub mod power;
pub mod scan;
pub mod secrets;
pub mod small;
pub mod tape;
pub mod thin;
pub mod world;
pub mod written;
