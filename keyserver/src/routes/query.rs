//! Queries: `name=number` pairs, each name once, none but those that the route knows.

use casevault_service::http::problem::Problem;
use casevault_wire::problem::Code;

/// The numbers of `names`, in that order; 0 where one is not given.
pub(super) fn numbers<const N: usize>(query: &str, names: [&str; N]) -> Result<[u64; N], Problem> {
    let mut numbers = [None; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(Problem(Code::Malformed))?;
        let number: u64 = value.parse().map_err(|_| Problem(Code::Malformed))?;
        let slot = names.iter().zip(&mut numbers).find(|(known, slot)| **known == name && slot.is_none());
        *slot.ok_or(Problem(Code::Malformed))?.1 = Some(number);
    }
    Ok(numbers.map(Option::unwrap_or_default))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Obeys R-8.7-5.
    // Breaks R-8.7-5.
    #[test]
    fn a_query_has_known_names_once() {
        assert_eq!(numbers("", ["from"]), Ok([0]));
        assert_eq!(numbers("wait=3&from=7", ["from", "wait"]), Ok([7, 3]));
        for bad in ["from", "from=", "from=-1", "from=1&from=1", "other=1", "from=99999999999999999999"] {
            assert_eq!(numbers(bad, ["from"]), Err(Problem(Code::Malformed)), "{bad}");
        }
    }
}
