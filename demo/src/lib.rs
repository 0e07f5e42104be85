//! casevault-demo
