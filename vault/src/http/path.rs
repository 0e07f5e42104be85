//! Identifiers in paths and numbers in queries.

use axum::extract::FromRequestParts;
use axum::extract::RawPathParams;
use casevault_service::http::problem::Problem;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, ParseIdError, TeamId, UploadId};
use casevault_wire::problem::Code;
use http::request::Parts;

/// The identifiers that a path names.
#[derive(Debug, Default, Clone, Copy)]
pub struct Names {
    organisation: Option<OrganisationId>,
    team: Option<TeamId>,
    journal: Option<JournalId>,
    upload: Option<UploadId>,
    digest: Option<BlobDigest>,
}

impl Names {
    /// Reads them from a request.
    ///
    /// # Errors
    /// `malformed` if one is not of its form.
    pub async fn of(request: axum::extract::Request) -> Result<(Self, axum::extract::Request), Problem> {
        let (mut parts, body) = request.into_parts();
        let names = Self::read(&mut parts).await?;
        Ok((names, axum::extract::Request::from_parts(parts, body)))
    }

    async fn read(parts: &mut Parts) -> Result<Self, Problem> {
        let malformed = Problem(Code::Malformed);
        let parameters = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| malformed)?;
        let mut names = Self::default();
        for (name, text) in &parameters {
            names.set(name, text).map_err(|_| malformed)?;
        }
        Ok(names)
    }

    fn set(&mut self, name: &str, text: &str) -> Result<(), ParseIdError> {
        match name {
            "organisation" => self.organisation = Some(OrganisationId::parse(text)?),
            "team" => self.team = Some(TeamId::parse(text)?),
            "journal" => self.journal = Some(JournalId::parse(text)?),
            "upload" => self.upload = Some(UploadId::parse(text)?),
            "digest" => self.digest = Some(BlobDigest::parse(text)?),
            _ => {}
        }
        Ok(())
    }

    /// The organisation, if the path names one.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.organisation
    }

    /// The team, if the path names one.
    pub fn team(&self) -> Option<TeamId> {
        self.team
    }

    /// The journal.
    ///
    /// # Errors
    /// `malformed` if the path names none.
    pub fn journal(&self) -> Result<JournalId, Problem> {
        self.journal.ok_or(Problem(Code::Malformed))
    }

    /// The upload.
    ///
    /// # Errors
    /// `malformed` if the path names none.
    pub fn upload(&self) -> Result<UploadId, Problem> {
        self.upload.ok_or(Problem(Code::Malformed))
    }

    /// The digest.
    ///
    /// # Errors
    /// `malformed` if the path names none.
    pub fn digest(&self) -> Result<BlobDigest, Problem> {
        self.digest.ok_or(Problem(Code::Malformed))
    }
}

/// The number that the query gives as `name`, which is all it may say; 0 if there is no query.
pub fn number(query: Option<&str>, name: &str) -> Result<u64, Problem> {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Ok(0) };
    let value = query.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value);
    value.and_then(decimal).ok_or(Problem(Code::Malformed))
}

/// A number in decimal digits, without a sign.
pub fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
