//! What a case says of going on with another team, or of having come from one (SPEC §6.8).

use casevault_wire::id::JournalId;

use crate::event::{Body, CaseHandedOver, CaseTakenOver, Ending, HandoverOffered};

/// What a case says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// The offers that stand, by the dossiers of their shares.
    pub offers: Vec<HandoverOffered>,
    /// To whom it was given, by the dossier of the share; nobody once it was taken back.
    pub given: Option<CaseHandedOver>,
    /// Where it came from.
    pub taken: Option<CaseTakenOver>,
}

impl Handover {
    /// Takes the next event of the case over (R-6.8-14).
    pub fn apply(&mut self, body: &Body) {
        match body {
            Body::HandoverOffered(offer) if self.offer(&offer.dossier).is_none() => self.offers.push(offer.clone()),
            Body::CaseHandedOver(given) if self.offer(&given.dossier).is_some() => {
                self.given.get_or_insert(*given);
            }
            Body::CaseTakenOver(taken) => {
                self.taken.get_or_insert(*taken);
            }
            Body::ShareEnded(ended) => {
                self.offers.retain(|offer| offer.dossier != ended.dossier);
                self.given.take_if(|given| given.dossier == ended.dossier && ended.why != Ending::Expired);
            }
            _ => {}
        }
    }

    /// The offer in this dossier, if there is one.
    pub fn offer(&self, dossier: &JournalId) -> Option<&HandoverOffered> {
        self.offers.iter().find(|offer| offer.dossier == *dossier)
    }
}

/// Whether a team writes such an event into a case that was handed over.
pub fn is_written_after(body: &Body) -> bool {
    matches!(
        body,
        Body::AuthorCertificate(_)
            | Body::KeyGeneration(_)
            | Body::DocumentsOpened(_)
            | Body::EvidenceExported(_)
            | Body::MetadataFound(_)
            | Body::MetadataKept(_)
            | Body::DataGiven(_)
            | Body::ConsentWithdrawn(_)
            | Body::ShareEnded(_)
            | Body::DossierKeyGiven(_)
            | Body::LegalHold(_)
            | Body::Retention(_)
    )
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::{List, Text};
    use casevault_wire::hash::Hash;

    use super::*;
    use crate::event::{Note, ShareEnded};

    fn offered(dossier: u8) -> Body {
        HandoverOffered { dossier: JournalId([dossier; 16]), fields: List::default() }.into()
    }

    fn given(dossier: u8) -> Body {
        CaseHandedOver { dossier: JournalId([dossier; 16]), answered: Hash([dossier; 32]) }.into()
    }

    fn ended(dossier: u8, why: Ending) -> Body {
        ShareEnded { dossier: JournalId([dossier; 16]), why }.into()
    }

    fn fold(events: &[Body]) -> Option<JournalId> {
        let mut handover = Handover::default();
        events.iter().for_each(|event| handover.apply(event));
        handover.given.map(|given| given.dossier)
    }

    // Obeys R-6.8-14.
    // Breaks R-6.8-14.
    #[test]
    fn a_case_is_given_to_whom_it_was_offered_first_and_comes_back_when_that_is_taken_back() {
        assert_eq!(fold(&[offered(1), given(1)]), Some(JournalId([1; 16])));
        assert_eq!(fold(&[offered(1), given(1), ended(1, Ending::Revoked)]), None);
        assert_eq!(fold(&[offered(1), given(1), ended(1, Ending::Withdrawn)]), None);
        assert_eq!(fold(&[offered(1), offered(2), given(2), given(1)]), Some(JournalId([2; 16])), "the first");
        for otherwise in [[given(1), offered(1)], [offered(2), given(1)], [ended(2, Ending::Revoked), given(2)]] {
            assert_eq!(fold(&otherwise), None, "{otherwise:?}");
        }
        assert_eq!(fold(&[offered(1), ended(1, Ending::Revoked), given(1)]), None, "the offer is over");
        assert_eq!(fold(&[offered(1), given(1), ended(2, Ending::Revoked)]), Some(JournalId([1; 16])), "another share");
        assert_eq!(fold(&[offered(1), given(1), ended(1, Ending::Expired)]), Some(JournalId([1; 16])));
        assert!(is_written_after(&ended(1, Ending::Revoked)));
        assert!(!is_written_after(&Note { text: Text::new("late").unwrap() }.into()) && !is_written_after(&offered(3)));
    }
}
