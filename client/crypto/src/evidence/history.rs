//! The one reading of a chain: who did what, in order, and which documents it speaks of.

use casevault_wire::codec::Text;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{DeviceId, DocumentId, PersonId};
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;

use super::disclose::{Rule, rule};
use super::{Fault, ShownEvent, Signer, document_path};
use crate::content::Sha256;
use crate::event::{Body, CopyMade, MediaType, OpenedVersion, Recipient, VersionNamed, class};
use crate::journal::{ChainState, Follower, Place, WrittenBy};

/// A document of a bundle, as a signed event has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// The file in the bundle.
    pub file: String,
    /// The event that added it.
    pub sequence: u64,
    /// The document.
    pub document: DocumentId,
    /// The version.
    pub version: u64,
    /// The file's name, as data.
    pub name: Text<{ limit::NAME }>,
    /// The media type, as data.
    pub media_type: MediaType,
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Sha256,
    /// The sealed bytes.
    pub digest: BlobDigest,
}

impl Exhibit {
    /// What names it.
    pub fn named(&self) -> OpenedVersion {
        OpenedVersion { document: self.document, version: self.version }
    }
}

/// A document version that an event names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub version: OpenedVersion,
    /// Its SHA-256, if the event says so.
    pub sha256: Option<Sha256>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub sequence: u64,
    /// When, by the author's clock.
    pub time: Time,
    /// Whether it is of the team that a dossier is for.
    pub guest: bool,
    /// Whose device wrote it.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
    /// Its class.
    pub class: u16,
    /// The document versions that it names, if that is disclosed.
    pub documents: Vec<Named>,
}

/// A copy, and the event that says how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The event.
    pub sequence: u64,
    /// What it says.
    pub made: CopyMade,
}

/// A chain, as far as it was followed.
#[derive(Clone, Debug)]
pub struct History<'a> {
    organisation: &'a Organisation,
    guest: Option<&'a Organisation>,
    state: ChainState,
    /// The events.
    pub lines: Vec<Line>,
    /// The documents that are in the bundle.
    pub exhibits: Vec<Exhibit>,
    /// The copies that the chain tells of.
    pub copies: Vec<Copied>,
    /// Who wrote the events, in order of the first.
    pub signers: Vec<Signer>,
}

impl<'a> History<'a> {
    /// Before the first event of the chain at `place`; `guest` is the organisation of whom a dossier is for, if that is another.
    pub fn new(organisation: &'a Organisation, guest: Option<&'a Organisation>, place: &Place) -> Self {
        let state = ChainState::new(*place);
        Self { organisation, guest, state, lines: Vec::new(), exhibits: Vec::new(), copies: Vec::new(), signers: Vec::new() }
    }

    /// Which chain.
    pub fn place(&self) -> &Place {
        self.state.place()
    }

    /// The organisation's id and everything else that its log says.
    pub fn organisation(&self) -> &Organisation {
        self.organisation
    }

    /// Whom a dossier is for, and the organisation of theirs.
    pub fn recipient(&self) -> Option<(Recipient, &Organisation)> {
        self.state.guest().map(|who| (who, self.guest.unwrap_or(self.organisation)))
    }

    /// Takes events over.
    ///
    /// # Errors
    /// The number of the first that is wrong, and what is wrong with it.
    pub fn take_all(&mut self, events: &[ShownEvent]) -> Result<(), (u64, Fault)> {
        events.iter().try_for_each(|event| self.take(event).map(|_| ()).map_err(|fault| (event.header.content.sequence, fault)))
    }

    /// Takes the next event over, unless it breaks a rule. What it says, if it is shown.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take(&mut self, event: &ShownEvent) -> Result<Option<Body>, Fault> {
        let header = &event.header.content;
        let body = shown(event)?;
        let follower = Follower { organisation: self.organisation, guest: self.guest.unwrap_or(self.organisation) };
        let WrittenBy { person, device, guest } =
            follower.follow(&mut self.state, &event.header, body.as_ref()).map_err(Fault::Event)?;
        if header.class == class::DOSSIER_MADE && self.has_certificates_alone() {
            match &body {
                Some(Body::DossierMade(made)) if made.to == self.place().owner() => return Err(Fault::OwnDossier),
                Some(Body::DossierMade(made)) => self.state.open_to(made.to),
                _ => return Err(Fault::Withheld),
            }
        }
        self.count(Signer { guest, person, device, events: 1 });
        let mut documents = body.as_ref().map(named).unwrap_or_default();
        let (sequence, time, class) = (header.sequence, header.time, header.class);
        if let Some(Body::CopyMade(made)) = &body {
            if !guest && made.is_sound() && self.agrees(made) {
                self.copies.push(Copied { sequence, made: made.clone() });
            } else {
                documents.iter_mut().for_each(|named| named.sha256 = None);
            }
        }
        self.lines.push(Line { sequence, time, guest, person, device, class, documents });
        if let Some(version) = body.as_ref().and_then(Body::version) {
            if guest {
                return Err(Fault::RecipientsDocument);
            }
            self.exhibits.push(Exhibit {
                file: document_path(self.exhibits.len() + 1, version.name.as_str()),
                sequence: header.sequence,
                document: version.document,
                version: version.version,
                name: version.name.clone(),
                media_type: version.media_type.clone(),
                bytes: version.seal.length,
                sha256: version.seal.sha256,
                digest: version.seal.digest,
            });
        }
        Ok(body)
    }

    /// Whether a statement is of the very versions that are in the bundle, as far as it names such.
    fn agrees(&self, made: &CopyMade) -> bool {
        let same = |exhibit: &Exhibit, named: &VersionNamed, sha256| {
            exhibit.named() != named.opened() || (exhibit.digest == named.digest && exhibit.sha256 == sha256)
        };
        self.exhibits.iter().all(|one| same(one, &made.copy, one.sha256) && same(one, &made.original, made.sha256))
    }

    /// Whether there is nothing yet but certificates.
    fn has_certificates_alone(&self) -> bool {
        self.lines.iter().all(|line| line.class == class::AUTHOR_CERTIFICATE)
    }

    fn count(&mut self, one: Signer) {
        let same = |signer: &&mut Signer| (signer.guest, signer.device) == (one.guest, one.device);
        match self.signers.iter_mut().find(same) {
            Some(signer) => signer.events += 1,
            None => self.signers.push(one),
        }
    }
}

/// What an event says, if it is shown and may be.
fn shown(event: &ShownEvent) -> Result<Option<Body>, Fault> {
    let header = &event.header.content;
    let Some(opening) = &event.opening else {
        return if header.class == class::AUTHOR_CERTIFICATE { Err(Fault::Withheld) } else { Ok(None) };
    };
    if rule(header.class) == Rule::Never {
        return Err(Fault::Exposed);
    }
    if opening.commitment() != header.commitment {
        return Err(Fault::Commitment);
    }
    let body = Body::decode(header.class, opening.body.as_slice());
    // What every verifier has to read; consent that a later version writes in another way stays unread.
    let needed = rule(header.class) != Rule::Always || [class::AUTHOR_CERTIFICATE, class::DOSSIER_MADE].contains(&header.class);
    if needed && matches!(body, Body::Unknown { .. }) { Err(Fault::Malformed) } else { Ok(Some(body)) }
}

fn named(body: &Body) -> Vec<Named> {
    if let Body::CopyMade(made) = body {
        let named = |version, sha256| Named { version, sha256 };
        return vec![named(made.copy.opened(), None), named(made.original.opened(), Some(made.sha256))];
    }
    let sha256 = body.version().map(|version| version.seal.sha256);
    body.documents().into_iter().map(|version| Named { version, sha256 }).collect()
}
