//! casevault-crypto
