//! casevault-vault
