//! Where the MLS library reads what others wrote. It answers with errors; should it panic instead, that is a refusal here and not the
//! end of the program: whoever gets one rolls storage back and loads the group again, as after every error.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `read` says, or `refused` if it panics.
pub(super) fn guard<T, E>(refused: E, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Plays G04.
    #[test]
    fn g04_a_panic_of_the_library_is_a_refusal() {
        let read = |bytes: &[u8]| guard("refused", || Ok(bytes[3]));
        assert_eq!(read(&[1, 2, 3, 4]), Ok(4));
        assert_eq!(read(&[1, 2, 3]), Err("refused"));
        assert_eq!(guard("refused", || Err::<(), _>("its own error")), Err("its own error"));
    }
}
