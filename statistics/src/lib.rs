//! casevault-statistics
