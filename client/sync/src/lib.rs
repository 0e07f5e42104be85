//! casevault-sync
