//! casevault-cli
