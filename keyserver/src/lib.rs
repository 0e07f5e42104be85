//! casevault-keyserver
