//! The side that goes on with a case: it has all of it before it says so, and tells what becomes of it.

use std::collections::BTreeMap;

use casevault_crypto::assistance::Records;
use casevault_crypto::event::{Answer, Body, CaseOpened, CaseTakenOver, DossierAnswered, Name};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::problem::Code;

use super::Said;
use crate::client::Client;
use crate::dossier::{Access, Read, apart};
use crate::error::{ClientError, Result};
use crate::journal::key;
use crate::people::check_name;
use crate::store::sql::params;
use crate::store::{array, column, count};
use crate::view::{Delivery, OnProgress, Progress};

/// How often what a sender wrote meanwhile is brought over.
const TRIES: usize = 16;

/// A case that was another team's, and the dossier that it came in.
struct Taken {
    case: Place,
    dossier: Place,
    told: u64,
}

impl Client {
    /// Goes on with the case that a dossier offers, as one of the dossier's team, called `title`. A cut is taken up by the same call: the sender
    /// hears of it once all of the case is at this organisation's vault. Returns the case, and whether that was so.
    ///
    /// # Errors
    /// [`ClientError::NotOffered`] unless it is offered; [`ClientError::Server`] with `refused` once the sender ended it;
    /// [`ClientError::Unreachable`] if a server could not be reached: what was taken over stays.
    pub async fn case_take_over(&self, dossier: &str, title: &str, progress: OnProgress) -> Result<(JournalId, Delivery)> {
        check_name(title)?;
        let title: Name = Text::new(title).map_err(|_| ClientError::Text)?;
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let access = self.find_dossier_anew(dossier).await?;
        let read = self.read_dossier(&access).await?;
        let Some(takeover) = &read.dossier.takeover else { return Err(ClientError::NotOffered) };
        // Of colleagues who began at once, one goes on.
        let here = |taken: &Taken| taken.dossier == access.place && takeover.goes_on.is_none_or(|on| on == taken.case.journal);
        let known = self.taken_in(&access.team)?.into_iter().find(here);
        let case = match known {
            Some(known) => known.case,
            None if takeover.answered.is_some() => return Err(ClientError::NotOffered),
            None => {
                let taken =
                    CaseTakenOver { from: access.place.owner(), dossier: access.place.journal, offered: takeover.offered };
                let mut bodies: Vec<Body> = vec![CaseOpened { title: title.clone() }.into(), taken.into()];
                let nothing = Said { fields: BTreeMap::new(), records: Records::default() };
                bodies.extend(Said::in_dossier(&read).missing(&nothing, |_| true));
                self.begin_case(access.team, title, &bodies)?.0
            }
        };
        self.bring_over(&access, &case, progress).await
    }

    /// Brings a case that is taken over to where its dossier is, at this organisation's vault, and says so once it is there.
    async fn bring_over(&self, access: &Access, case: &Place, progress: OnProgress) -> Result<(JournalId, Delivery)> {
        for _ in 0..TRIES {
            let read = self.read_dossier(access).await?;
            let takeover = read.dossier.takeover.as_ref().ok_or(ClientError::NotOffered)?;
            if takeover.answered.is_some() {
                let this = takeover.goes_on == Some(case.journal);
                return if this { Ok((case.journal, Delivery::Sent)) } else { Err(ClientError::NotOffered) };
            }
            self.take_documents(case, (access, &read), &progress).await?;
            self.flush_journal(case).await?;
            if self.waits_for(case)? {
                return Ok((case.journal, Delivery::Queued));
            }
            let news = Said::in_dossier(&read).missing_beside(&self.said(case)?);
            if !news.is_empty() {
                self.queue(case, &news)?;
                continue;
            }
            let text = Text::new(case.journal.to_string()).map_err(|_| ClientError::Text)?;
            let answer: Body = DossierAnswered { answer: Answer::TakenOver, text }.into();
            let senders = |read: &Read| read.events.iter().filter(|event| !event.guest).count();
            // What the sender wrote meanwhile is brought over first, and of two colleagues one takes it.
            let same = |now: &Read| senders(now) == senders(&read) && !now.dossier.is_taken_over();
            let once = |now: &Read| if same(now) { vec![answer.clone()] } else { Vec::new() };
            self.write_dossier(access, &once).await?;
        }
        Err(ClientError::Conflict)
    }

    /// Adds to a case that was taken over the documents of its dossier that it does not have.
    async fn take_documents(&self, case: &Place, (access, read): (&Access, &Read), progress: &OnProgress) -> Result<()> {
        let here: Vec<_> = self.versions_here(case)?.into_iter().map(|version| (version.seal.sha256, version.name)).collect();
        let all =
            read.dossier.case.documents.values().filter_map(|versions| versions.last()).map(|record| record.version.clone());
        let missing: Vec<_> = all.filter(|version| !here.contains(&(version.seal.sha256, version.name.clone()))).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.record_dossier_opening(access, &missing).await?;
        let total = missing.iter().map(|version| version.seal.length).sum();
        let mut state = Progress { total, all: missing.len() as u64, ..Progress::default() };
        for version in &missing {
            self.add_again(case, (&access.place, version)).await?;
            (state.bytes, state.items) = (state.bytes + version.seal.length, state.items + 1);
            progress(state);
        }
        Ok(())
    }

    /// Whether anything of a journal waits to be sent.
    fn waits_for(&self, place: &Place) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE team = ?1 AND journal = ?2)";
        self.profile.store.read(|db| Ok(db.query_row(sql, key(place), |row| row.get(0))?))
    }

    /// Tells the senders of cases that were taken over what becomes of them, where this device has read more than was told.
    pub(crate) async fn tell_senders(&self) -> Result<()> {
        let mut outcome = Ok(());
        for team in self.case_teams()? {
            for taken in self.taken_in(&team)? {
                outcome = outcome.and(self.tell_sender(&taken).await);
            }
        }
        outcome
    }

    async fn tell_sender(&self, taken: &Taken) -> Result<()> {
        // Of a case that was not read to its end nothing is told: it could be old.
        let sql = "SELECT ifnull(max(sequence) + 1, 0) FROM entries WHERE team = ?1 AND journal = ?2
            AND EXISTS (SELECT 1 FROM journals j WHERE j.team = ?1 AND j.journal = ?2 AND behind = 0)";
        let length = self.profile.store.read(|db| Ok(db.query_row(sql, key(&taken.case), |row| count(row, 0))?))?;
        if length <= taken.told {
            return Ok(());
        }
        let access = self.accesses()?.into_iter().find(|access| access.place == taken.dossier);
        let Some(access) = access.filter(|access| access.until > self.now()) else { return Ok(()) };
        let said = self.said(&taken.case)?;
        // Of a case that a colleague began, too, nothing is told; nor once the recipient has said that nothing is any more.
        let goes_on = |read: &Read| {
            let this = read.dossier.takeover.as_ref().is_some_and(|takeover| takeover.goes_on == Some(taken.case.journal));
            this && read.dossier.answer().is_some_and(|answer| answer.answer == Answer::TakenOver)
        };
        let missing = |read: &Read| match &read.dossier.takeover {
            Some(takeover) if goes_on(read) => said.missing(&Said::in_dossier(read), |field| takeover.fields.contains(field)),
            _ => Vec::new(),
        };
        match apart(self.read_dossier(&access).await) {
            Ok(read) if !goes_on(&read) => return Ok(()),
            // A partner that is not reached, or whose new key has not come yet, hears of it later; one that ended it, never.
            Err(ClientError::PartnerUnreachable | ClientError::Server(Code::Refused)) => return Ok(()),
            read => {
                read?;
                apart(self.write_all_to_dossier(&access, &missing).await)?;
            }
        }
        self.profile.store.write(|tx| {
            let sql = "UPDATE takeovers SET told = ?3 WHERE team = ?1 AND journal = ?2";
            tx.execute(sql, params![taken.case.team.0, taken.case.journal.0, column(length)])?;
            Ok(())
        })
    }

    /// The cases of a team that were another's.
    fn taken_in(&self, team: &TeamId) -> Result<Vec<Taken>> {
        self.profile.store.read(|db| {
            let sql = "SELECT journal, organisation, sender, dossier, told FROM takeovers WHERE team = ?1";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([team.0])?;
            let mut taken = Vec::new();
            while let Some(row) = rows.next()? {
                let (organisation, sender) = (OrganisationId(array(row, 1)?), TeamId(array(row, 2)?));
                let dossier = Place { organisation, team: sender, journal: JournalId(array(row, 3)?) };
                taken.push(Taken { case: self.place(*team, JournalId(array(row, 0)?)), dossier, told: count(row, 4)? });
            }
            Ok(taken)
        })
    }
}
