//! What is on a tape, as requests and answers (RFC 9112).

use std::path::Path;

/// A request with its answer.
pub struct Exchange {
    /// The request.
    pub asked: Half,
    /// The answer.
    pub answered: Half,
}

/// A request or an answer.
pub struct Half {
    /// The first line.
    pub first: String,
    /// Headers: names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Exchange {
    /// Method, path and query.
    pub fn request(&self) -> Option<(&str, &str, &str)> {
        let mut words = self.asked.first.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some((method, path, query))
    }
}

/// All exchanges on the tapes in `directory`, connection by connection. One that was cut off is not among them.
pub fn exchanges(directory: &Path) -> Vec<Exchange> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).expect("tapes") {
        let path = entry.expect("a tape").path();
        if path.extension().is_none_or(|extension| extension != "asked") {
            continue;
        }
        let asked = std::fs::read(&path).expect("a tape");
        let answered = std::fs::read(path.with_extension("answered")).unwrap_or_default();
        let (mut asked, mut answered) = (asked.as_slice(), answered.as_slice());
        while let Some(request) = half(&mut asked, true) {
            let head = request.first.starts_with("HEAD ");
            let Some(answer) = half(&mut answered, !head) else { break };
            all.push(Exchange { asked: request, answered: answer });
        }
    }
    all
}

/// Takes one request or answer off the tape. Bodies are as long as they say; nothing of ours is chunked.
fn half(tape: &mut &[u8], body: bool) -> Option<Half> {
    let end = tape.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, rest) = tape.split_at_checked(end + 4)?;
    let head = String::from_utf8(head.to_vec()).expect("a head is text");
    let mut lines = head.split("\r\n");
    let first = lines.next()?.to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    assert!(headers.iter().all(|(name, _)| name != "transfer-encoding"), "{head}");
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().expect("a length"));
    let (body, rest) = rest.split_at_checked(if body { length } else { 0 })?;
    *tape = rest;
    Some(Half { first, headers, body: body.to_vec() })
}
