//! A time-stamp authority (RFC 3161, 3.4): one question and one answer. It is no server of the organisation's, is asked only if somebody named
//! it, and what it answers is believed no further than its signature goes; so it may be reached without TLS, as most are.

use casevault_wire::limit;
use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};

use super::transport::{ask, is_loopback, read, without_vouchers};
use crate::error::{ClientError, Result, TimeStampError};

/// What is asked and answered.
const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

/// Where an authority is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(Url);

impl Authority {
    /// Reads its address: `http` or `https`, with a host, and without a name and a password.
    ///
    /// # Errors
    /// [`TimeStampError::Address`].
    pub fn parse(text: &str) -> Result<Self> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= limit::ADDRESS);
        let plain = |url: &Url| matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        url.filter(plain).map(Self).ok_or(ClientError::TimeStamp(TimeStampError::Address))
    }

    /// Asks it. What it answers, which may be anything, of at most [`limit::TIME_STAMP`] bytes.
    pub(crate) async fn ask(&self, query: Vec<u8>) -> Result<Vec<u8>> {
        let http = without_vouchers(is_loopback(&self.0))?;
        let length = query.len() as u64;
        let request = http.post(self.0.clone()).header(CONTENT_TYPE, QUERY).body(query);
        let answer = ask(request, length).await.map_err(|_| ClientError::TimeStamp(TimeStampError::Unreachable))?;
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if answer.status() != StatusCode::OK || !kind.starts_with(REPLY) {
            return Err(ClientError::TimeStamp(TimeStampError::Refused));
        }
        match read(answer, limit::TIME_STAMP).await {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(ClientError::Verification) => Err(ClientError::TimeStamp(TimeStampError::Refused)),
            Err(_) => Err(ClientError::TimeStamp(TimeStampError::Unreachable)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_named_by_an_address_and_nothing_else() {
        for good in ["http://time.example.org/tsr", "https://time.example.org", "http://127.0.0.1:3161/"] {
            assert!(Authority::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "time.example.org",
            "ftp://time.example.org",
            "file:///etc/hosts",
            "http://user@time.example.org",
            "http://",
        ] {
            assert!(matches!(Authority::parse(bad), Err(ClientError::TimeStamp(TimeStampError::Address))), "{bad}");
        }
    }
}
