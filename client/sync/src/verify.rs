//! Verification of everything that is held here and served there.

use casevault_crypto::journal::{ChainState, Place, Reader};
use casevault_wire::journal::entry_hash;
use casevault_wire::problem::Code;

use crate::alarm;
use crate::client::Client;
use crate::document::{added_twice, all_versions};
use crate::error::{ClientError, Result};
use crate::journal::{chain, ring_of, team_place};
use crate::view::{Alarm, AlarmKind, VerifyReport};

impl Client {
    /// Verifies the log, every journal of this device's teams from its first entry, that the vault holds every document, and that it has
    /// no journal for a team that nobody in the team began; or one case alone, with the content of its documents. What is wrong is
    /// listed in the report.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] if a server does not answer.
    pub async fn verify(&self, case: Option<&str>) -> Result<VerifyReport> {
        // What is here is looked at first: no server has to answer for that.
        if !self.profile.store.check()? {
            return Err(ClientError::Damaged);
        }
        let mut report = self.verify_log().await?;
        let places = match case {
            Some(case) => {
                let _turn = self.turn.lock().await;
                vec![self.case_place(case).await?]
            }
            None => self.all_journals()?,
        };
        let _turn = self.turn.lock().await;
        for place in &places {
            match self.verify_journal(place, &mut report).await {
                Ok(()) => report.journals += 1,
                Err(error) => report.problems.push(self.problem(wrong_with_journal(error)?, place)),
            }
            self.verify_documents(place, &mut report).await?;
            if !place.is_of_team() && self.has_false_approval(place)? {
                report.problems.push(self.problem(AlarmKind::Approval, place));
            }
        }
        for (place, document) in self.unsendable()?.into_iter().filter(|(place, _)| case.is_none() || places.contains(place)) {
            report.problems.push(Alarm { document: Some(document), ..self.problem(AlarmKind::Unsendable, &place) });
        }
        if case.is_none() {
            let orphans = self.orphans()?;
            report.problems.extend(orphans.iter().map(|place| self.problem(AlarmKind::Journal, place)));
            for place in self.claimed()? {
                let _ = self.journal_alarm(&place, AlarmKind::Claim); // told again, though it was dismissed
            }
        }
        for known in alarm::pending(&self.profile.store)? {
            if !report.problems.contains(&known) {
                report.problems.push(known);
            }
        }
        Ok(report)
    }

    fn problem(&self, kind: AlarmKind, place: &Place) -> Alarm {
        Alarm { kind, time: self.now(), team: Some(place.team), journal: Some(place.journal), partner: None, document: None }
    }

    fn all_journals(&self) -> Result<Vec<Place>> {
        let organisation = self.organisation()?;
        self.profile.store.read(|db| {
            let mut places = Vec::new();
            for team in organisation.teams().keys() {
                if crate::group::load(db, team)?.is_some() {
                    places.push(team_place(db, self.me.organisation, *team)?);
                }
            }
            let sql = "SELECT c.team, c.journal FROM cases c JOIN teams t ON t.team = c.team WHERE t.gone = 0
                AND EXISTS (SELECT 1 FROM case_keys k WHERE k.team = c.team AND k.journal = c.journal)";
            places.extend(self.places(db, sql, [])?);
            Ok(places)
        })
    }

    /// Journals that the vault said it has for a team, whose own journal gives no key for them, although it was read since.
    fn orphans(&self) -> Result<Vec<Place>> {
        self.profile.store.read(|db| {
            let sql = "SELECT r.team, r.journal FROM remote r JOIN teams t ON t.team = r.team WHERE t.gone = 0
                AND NOT EXISTS (SELECT 1 FROM case_keys k WHERE k.team = r.team AND k.journal = r.journal)
                AND NOT EXISTS (SELECT 1 FROM shares s WHERE s.team = r.team AND s.dossier = r.journal)
                AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.team = r.team AND e.journal = r.journal)";
            Ok(self.places(db, sql, [])?.into_iter().filter(|place| !place.is_of_team()).collect())
        })
    }

    /// Reads the journal from its first entry, as a device without memory would, and ends where this device's memory is.
    async fn verify_journal(&self, place: &Place, report: &mut VerifyReport) -> Result<()> {
        self.pull_on(place).await?;
        let organisation = self.organisation()?;
        let (keys, known) = self.profile.store.read(|db| Ok((ring_of(db, place)?, chain(db, place)?)))?;
        let reader = Reader { organisation: &organisation, keys: &keys };
        let vault = self.team_vault(&place.team)?;
        let mut state = ChainState::new(*place);
        while state.length() < known.length() {
            let page = vault.entries(&place.journal, state.length()).await?;
            let before = state.length();
            for entry in page.entries.as_slice() {
                if state.length() == known.length() {
                    break;
                }
                if reader.accept(&mut state, entry).is_err() {
                    return Err(ClientError::Verification);
                }
                if state.head().hash != entry_hash(entry) {
                    return Err(ClientError::Verification);
                }
                report.entries += 1;
            }
            if state.length() == before {
                return Err(ClientError::Verification);
            }
        }
        if state.head() == known.head() { Ok(()) } else { Err(ClientError::Verification) }
    }

    /// Fetches every document of a case and opens it.
    async fn verify_documents(&self, place: &Place, report: &mut VerifyReport) -> Result<()> {
        if place.is_of_team() {
            return Ok(());
        }
        let (versions, twice) = self.profile.store.read(|db| Ok((all_versions(db, place)?, added_twice(db, place)?)))?;
        if twice {
            report.problems.push(self.problem(AlarmKind::Document, place));
        }
        for (_, version) in versions {
            let of_document = |alarm| Alarm { document: Some(version.document), ..alarm };
            match self.check_version(place, &version).await {
                Ok(true) => report.documents += 1,
                Ok(false) => report.problems.push(of_document(self.problem(AlarmKind::Document, place))),
                Err(error) => {
                    wrong_with_journal(error)?;
                    report.problems.push(of_document(self.problem(AlarmKind::Missing, place)));
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with a journal that could not be read to its end.
///
/// # Errors
/// `error`, if it is not about the journal: everything else can be checked no better.
fn wrong_with_journal(error: ClientError) -> Result<AlarmKind> {
    match error {
        ClientError::Verification => Ok(AlarmKind::Journal),
        ClientError::Server(Code::StaleGeneration) => Ok(AlarmKind::Rollback),
        ClientError::Server(code) if !matches!(code, Code::Busy | Code::Unavailable) => Ok(AlarmKind::Missing),
        error => Err(error),
    }
}
