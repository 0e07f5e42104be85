//! The chain of custody as people see it: who did what in a case, in order, and in what was shared of it.

use casevault_crypto::consent::{Consents, Share};
use casevault_crypto::event::{Answer, Body, Shared, VersionOf, class, class_name};
use casevault_crypto::journal::{AcceptedEvent, Place};
use casevault_wire::id::{DeviceId, DocumentId, JournalId, PersonId};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::dossier::{Access, Read};
use crate::error::{ClientError, Result, What};
use crate::journal::key;
use crate::names::{Kind, name_of};
use crate::store::sql::{Connection, params};
use crate::store::{array, count};
use crate::view::{ActivityView, CustodyView};

impl Client {
    /// Who did what in a case, in order: what the recipients of its shares did stands among it (R-6.8-15), and what another team did whose case
    /// goes on in it comes first. Or who did what in a dossier, be it shared by one of this device's teams or with it.
    ///
    /// # Errors
    /// As [`Client::case`] and [`Client::dossier`].
    pub async fn custody(&self, of: &str) -> Result<Vec<CustodyView>> {
        let soon = self.turn_soon().await;
        if soon.is_none()
            && let Some(place) = self.place_here(of)?
        {
            let consents = self.consents_of(&place)?;
            return self.profile.store.read(|db| lines(db, &place, &consents));
        }
        let _turn = match soon {
            Some(turn) => turn,
            None => self.turn.lock().await,
        };
        let place = match self.case_alone(of).await {
            Err(ClientError::Unknown(What::Case)) => return self.dossier_custody(of).await,
            place => place?,
        };
        self.refresh_case(&place).await?;
        if self.travels()? {
            return self.profile.store.read(|db| lines(db, &place, &Consents::default()));
        }
        let consents = self.consents_of(&place)?;
        let mut custody = self.profile.store.read(|db| lines(db, &place, &consents))?;
        for share in &consents.shares {
            place_among(&mut custody, share.sequence, self.shared_custody(&place, share).await?);
        }
        let mut before = self.custody_before(&place).await?;
        before.append(&mut custody);
        Ok(before)
    }

    /// What was done lately in the cases of this device's teams, as far as they were read here, newest first: as much as `most`, after the
    /// first `from`. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn activity(&self, from: usize, most: usize) -> Result<Vec<ActivityView>> {
        let sql = "SELECT e.time, e.person, e.class, e.journal, c.title FROM entries e JOIN cases c ON c.journal = e.journal AND c.team = e.team
            WHERE e.class <> ?3 AND e.team IN (SELECT team FROM teams WHERE gone = 0) ORDER BY e.time DESC, e.sequence DESC LIMIT ?2 OFFSET ?1";
        let bound = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query(params![bound(from), bound(most), class::AUTHOR_CERTIFICATE])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                let person = PersonId(array(row, 1)?);
                lines.push(ActivityView {
                    time: Time(count(row, 0)?),
                    person,
                    person_name: name_of(db, Kind::Person, &person.0)?,
                    event: class_name(row.get(2)?).replace(' ', "-"),
                    case: JournalId(array(row, 3)?),
                    title: row.get(4)?,
                });
            }
            Ok(lines)
        })
    }

    /// What the recipient of a share did in its dossier, with the documents as the case has them.
    async fn shared_custody(&self, place: &Place, share: &Share) -> Result<Vec<CustodyView>> {
        let read = self.read_or_kept(&self.access_of_share(place, share)?).await?;
        let shared = share.made.documents.as_slice();
        let theirs = read.events.iter().filter(|event| event.guest && event.class() != class::AUTHOR_CERTIFICATE);
        let line = |db: &_, event| dossier_line(db, &share.made.dossier, event).map(|line| as_shared(line, shared));
        self.profile.store.read(|db| theirs.map(|event| line(db, event)).collect())
    }

    /// What the team did whose case goes on in this one.
    async fn custody_before(&self, place: &Place) -> Result<Vec<CustodyView>> {
        let Some(taken) = self.handover_of(place)?.taken else { return Ok(Vec::new()) };
        let from = Place { organisation: taken.from.organisation, team: taken.from.team, journal: taken.dossier };
        let Some(access) = self.accesses()?.into_iter().find(|access| access.place == from) else { return Ok(Vec::new()) };
        let read = self.read_or_kept(&access).await?;
        let theirs = read.events.iter().filter(|event| !event.guest && event.class() != class::AUTHOR_CERTIFICATE);
        self.profile.store.read(|db| theirs.map(|event| dossier_line(db, &taken.dossier, event)).collect())
    }

    /// Who did what in the dossier that `text` names, in order.
    async fn dossier_custody(&self, text: &str) -> Result<Vec<CustodyView>> {
        let access = match self.own_dossier(text) {
            Err(ClientError::Unknown(_)) => self.find_dossier_anew(text).await?,
            access => access?,
        };
        let read = match self.read_dossier(&access).await {
            Err(ClientError::Unreachable | ClientError::PartnerUnreachable) => self.read_kept_dossier(&access)?,
            read => read?,
        };
        let had: Vec<_> = read.dossier.case.documents.keys().copied().collect();
        let line = |db: &_, event| {
            let line = dossier_line(db, &access.place.journal, event)?;
            Ok(if line.answer.is_some() { CustodyView { documents: had.clone(), ..line } } else { line })
        };
        self.profile.store.read(|db| read.events.iter().map(|event| line(db, event)).collect())
    }

    /// A dossier as the vault has it, or as this device does: what is wrong with it hides nothing of the case.
    async fn read_or_kept(&self, access: &Access) -> Result<Read> {
        match self.read_dossier(access).await {
            Ok(read) => Ok(read),
            Err(_) => self.read_kept_dossier(access),
        }
    }
}

/// The lines of a case.
fn lines(db: &Connection, place: &Place, consents: &Consents) -> Result<Vec<CustodyView>> {
    let mut statement = db.prepare_cached(
        "SELECT sequence, time, device, person, class, body FROM entries WHERE team = ?1 AND journal = ?2 ORDER BY sequence",
    )?;
    let mut rows = statement.query(key(place))?;
    let mut custody = Vec::new();
    while let Some(row) = rows.next()? {
        let person = PersonId(array(row, 3)?);
        let class: u16 = row.get(4)?;
        let body = Body::decode(class, &row.get::<_, Vec<u8>>(5)?);
        custody.push(CustodyView {
            sequence: count(row, 0)?,
            time: Time(count(row, 1)?),
            person,
            person_name: name_of(db, Kind::Person, &person.0)?,
            device: DeviceId(array(row, 2)?),
            event: class_name(class).replace(' ', "-"),
            documents: about(&body, consents),
            opened: opened(&body),
            answer: None,
            dossier: None,
        });
    }
    Ok(custody)
}

fn dossier_line(db: &Connection, dossier: &JournalId, event: &AcceptedEvent) -> Result<CustodyView> {
    Ok(CustodyView {
        sequence: event.sequence,
        time: event.time,
        person: event.person,
        person_name: name_of(db, Kind::Person, &event.person.0)?,
        device: event.device,
        event: class_name(event.class()).replace(' ', "-"),
        documents: event.body.document_ids(),
        opened: opened(&event.body),
        answer: answer(&event.body).filter(|_| event.guest),
        dossier: Some(*dossier),
    })
}

/// Puts the lines of a share among those of its case by their time. Their clock is the recipient's: none comes before the line of the case
/// that made the share, `made`, or before the one that its dossier has before it.
fn place_among(custody: &mut Vec<CustodyView>, made: u64, theirs: Vec<CustodyView>) {
    let from = custody.iter().position(|known| known.dossier.is_none() && known.sequence == made);
    let mut from = from.map_or(custody.len(), |made| made + 1);
    for line in theirs {
        let later = custody.iter().skip(from).position(|known| known.time > line.time);
        let at = later.map_or(custody.len(), |later| from + later);
        custody.insert(at, line);
        from = at + 1;
    }
}

/// A line of a recipient's with what was shared under the ids that it names; an answer is about all of it.
fn as_shared(line: CustodyView, shared: &[Shared]) -> CustodyView {
    let of = |shown: &DocumentId| shared.iter().find(|one| one.shown_as == *shown).map(|one| one.of.document);
    let documents = match &line.answer {
        Some(_) => shared.iter().map(|one| one.of.document).collect(),
        None => line.documents.iter().filter_map(of).collect(),
    };
    CustodyView { documents, opened: Vec::new(), ..line }
}

/// What an event of a recipient's answers.
fn answer(body: &Body) -> Option<(Answer, String)> {
    match body {
        Body::DossierAnswered(said) => Some((said.answer, said.text.as_str().to_owned())),
        _ => None,
    }
}

/// The versions that an event says were opened.
fn opened(body: &Body) -> Vec<(DocumentId, u64)> {
    match body {
        Body::DocumentsOpened(said) => said.documents.as_slice().iter().map(|of| (of.document, of.version)).collect(),
        _ => Vec::new(),
    }
}

/// The documents that an event of a case is about: those that it names, and those of the consent or the share that it names.
fn about(body: &Body, consents: &Consents) -> Vec<DocumentId> {
    let versions = |of: &[VersionOf]| of.iter().map(|of| of.document).collect();
    let shared = |of: &[Shared]| of.iter().map(|shared| shared.of.document).collect();
    let of_share = |dossier| consents.share(dossier).map(|share| shared(share.made.documents.as_slice())).unwrap_or_default();
    match body {
        Body::ConsentGiven(given) => versions(given.documents.as_slice()),
        Body::ConsentWithdrawn(withdrawn) => {
            let consent = consents.consent(&withdrawn.consent);
            consent.map(|consent| versions(consent.given.documents.as_slice())).unwrap_or_default()
        }
        Body::OverrideAsked(asked) => versions(asked.documents.as_slice()),
        Body::ShareMade(made) => shared(made.documents.as_slice()),
        Body::ShareEnded(ended) => of_share(&ended.dossier),
        Body::CaseHandedOver(given) => of_share(&given.dossier),
        _ => body.document_ids(),
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::hash::BlobDigest;

    use super::*;

    const PASSPORT: DocumentId = DocumentId([1; 16]);
    const LETTER: DocumentId = DocumentId([2; 16]);
    const SHOWN: DocumentId = DocumentId([3; 16]);

    /// A line of the case, or of a dossier's of this number.
    fn line(dossier: Option<u8>, sequence: u64, time: u64) -> CustodyView {
        CustodyView {
            sequence,
            time: Time(time),
            person: PersonId([0; 16]),
            person_name: None,
            device: DeviceId([0; 16]),
            event: String::new(),
            documents: Vec::new(),
            opened: Vec::new(),
            answer: None,
            dossier: dossier.map(|number| JournalId([number; 16])),
        }
    }

    fn places(custody: &[CustodyView]) -> Vec<(Option<u8>, u64)> {
        custody.iter().map(|line| (line.dossier.map(|dossier| dossier.0[0]), line.sequence)).collect()
    }

    // Obeys R-6.8-15.
    // Breaks R-6.8-15.
    #[test]
    fn a_recipients_clock_puts_nothing_before_its_share_or_its_own_past() {
        let mut custody = vec![line(None, 0, 10), line(None, 1, 20), line(None, 2, 30), line(None, 3, 40)];
        place_among(&mut custody, 1, vec![line(Some(7), 1, 5), line(Some(7), 2, 35), line(Some(7), 3, 0), line(Some(7), 4, 50)]);
        let seven = [(None, 0), (None, 1), (Some(7), 1), (None, 2), (Some(7), 2), (Some(7), 3), (None, 3), (Some(7), 4)];
        assert_eq!(places(&custody), seven);
        place_among(&mut custody, 2, vec![line(Some(8), 1, 0)]);
        assert_eq!(places(&custody)[4], (Some(8), 1), "nor does what another share's recipient did make it earlier");
        place_among(&mut custody, u64::MAX, vec![line(Some(9), 1, 0)]);
        assert_eq!(places(&custody).last(), Some(&(Some(9), 1)), "whose share stands nowhere comes last");
    }

    // Obeys R-6.8-15.
    // Breaks R-6.8-15.
    // Plays D10.
    #[test]
    fn a_recipients_line_is_about_what_was_shared_and_nothing_else() {
        let shared = [Shared { of: VersionOf { document: PASSPORT, digest: BlobDigest([0; 32]) }, shown_as: SHOWN }];
        let opened = CustodyView { documents: vec![LETTER, SHOWN], opened: vec![(PASSPORT, 1)], ..line(Some(7), 1, 0) };
        let seen = as_shared(opened, &shared);
        assert_eq!((seen.documents, seen.opened), (vec![PASSPORT], Vec::new()), "the letter was not shared");
        let said = Some((Answer::Rejected, "not ours".to_owned()));
        let rejected = CustodyView { documents: vec![LETTER], answer: said.clone(), ..line(Some(7), 2, 0) };
        let seen = as_shared(rejected, &shared);
        assert_eq!((seen.documents, seen.answer), (vec![PASSPORT], said), "what was not taken is what was shared");
    }
}
