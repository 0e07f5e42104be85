//! casevault-tests
