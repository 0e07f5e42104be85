//! Consent and sharing.

use casevault_crypto::event::{Answer, ConsentBy, ConsentId, Ending};
use casevault_wire::id::{DocumentId, JournalId, OrganisationId, PersonId, TeamId};
use casevault_wire::time::Time;

use super::{Delivery, DocumentView, RecordView};

/// A team of this organisation or of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientView {
    /// Its organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
    /// Its name in the directory, if it is known here.
    pub team_name: Option<String>,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// What it covers may be shared.
    InForce,
    /// It was withdrawn.
    Withdrawn,
    /// It is over.
    Expired,
    /// It follows a withdrawal, and a second person has to confirm it.
    Unconfirmed,
}

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentView {
    /// Its id.
    pub consent: ConsentId,
    /// Who consented.
    pub by: ConsentBy,
    /// Who the guardian is, or the legal basis.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// Who may receive.
    pub to: Vec<RecipientView>,
    /// Which documents, with their names.
    pub documents: Vec<(DocumentId, Option<String>)>,
    /// Which fields.
    pub fields: Vec<String>,
    /// Until when.
    pub until: Time,
    /// The signed form.
    pub form: Option<DocumentId>,
    /// The language in which the script was read out.
    pub language: String,
    /// Where it stands.
    pub state: ConsentState,
    /// When it was recorded, by its author's clock.
    pub time: Time,
    /// Who recorded it.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// Whether it is at the vault.
    pub delivery: Delivery,
}

/// Where a share, or a dossier, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It is on record and still has to be sent.
    Unsent,
    /// Neither consent nor a second person allows it: it is sent to nobody.
    NotAllowed,
    /// The recipient can read it.
    Sent,
    /// The recipient answered.
    Answered(Answer),
    /// It is over.
    Ended(Ending),
    /// What the vault serves of it does not verify.
    Unreadable,
}

impl Sharing {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::NotAllowed => "not-allowed",
            Self::Sent => "sent",
            Self::Answered(answer) => answer.as_str(),
            Self::Ended(why) => why.as_str(),
            Self::Unreadable => "unreadable",
        }
    }
}

/// A document that a recipient opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedView {
    /// The document in the dossier.
    pub document: DocumentId,
    /// Its name there.
    pub name: Option<String>,
    /// When, by the reader's clock.
    pub time: Time,
    /// Who; a person of the recipient's organisation.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
}

/// A version of a document that is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedView {
    /// The document in the case.
    pub document: DocumentId,
    /// The document in the dossier.
    pub shown_as: DocumentId,
    /// The name of that version, if it is known here.
    pub name: Option<String>,
}

/// Something shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareView {
    /// Its dossier.
    pub share: JournalId,
    /// The case.
    pub case: JournalId,
    /// The consent.
    pub consent: ConsentId,
    /// Who receives.
    pub to: RecipientView,
    /// What for.
    pub purpose: String,
    /// Which documents.
    pub documents: Vec<SharedView>,
    /// Which fields.
    pub fields: Vec<String>,
    /// Until when.
    pub until: Time,
    /// When it was shared, by its author's clock.
    pub time: Time,
    /// Who shared it.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// Where it stands.
    pub state: Sharing,
    /// Whether a second person allowed it, and no consent.
    pub overridden: bool,
    /// What the recipient said last.
    pub answer: String,
    /// What the recipient opened, in order.
    pub opened: Vec<OpenedView>,
}

/// How a case passed, or may pass, between teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverState {
    /// The other team may go on with it.
    Offered,
    /// It does; this one writes into it no more.
    Given,
    /// This one does; it was the other's.
    Taken,
}

impl HandoverState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Given => "given",
            Self::Taken => "taken",
        }
    }
}

/// The handover of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverView {
    /// Where it stands.
    pub state: HandoverState,
    /// The dossier between the two teams.
    pub dossier: JournalId,
    /// The other team.
    pub with: RecipientView,
}

/// A dossier that another team shares.
#[derive(Clone, Debug)]
pub struct DossierView {
    /// Its id.
    pub dossier: JournalId,
    /// Who shares it.
    pub from: RecipientView,
    /// What for.
    pub purpose: String,
    /// Whether its sender says that no consent covers it: a second person allowed it.
    pub overridden: bool,
    /// Where it stands.
    pub state: Sharing,
    /// Until when.
    pub until: Time,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// Its documents.
    pub documents: Vec<DocumentView>,
    /// What is done for the person, from the offer to go on with the case.
    pub records: Vec<RecordView>,
    /// The fields of which its sender is told what becomes, if the case may be taken over or was.
    pub takeover: Option<Vec<String>>,
}

/// Where a wish to share what no consent covers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideState {
    /// A second person has to approve it.
    Asked,
    /// It can be shared, once.
    Approved,
    /// It was.
    Used,
}

/// A wish to share what no consent covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideView {
    /// What it is named by.
    pub id: JournalId,
    /// Who shall receive.
    pub to: RecipientView,
    /// What for.
    pub purpose: String,
    /// Which documents.
    pub documents: Vec<DocumentId>,
    /// Which fields.
    pub fields: Vec<String>,
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked: PersonId,
    /// That person's name, if it is known here.
    pub asked_name: Option<String>,
    /// Who approved.
    pub approved: Option<PersonId>,
    /// That person's name, if it is known here.
    pub approved_name: Option<String>,
    /// Where it stands.
    pub state: OverrideState,
}
