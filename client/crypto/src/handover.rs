//! What a case says of going on with another team, or of having come from one (SPEC §6.8).

use std::collections::BTreeSet;

use casevault_wire::id::JournalId;

use crate::event::{Body, CaseHandedOver, CaseTakenOver, Ending, HandoverOffered};

/// An offer to go on with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it says.
    pub offered: HandoverOffered,
    /// Whether its share is over since: it can have been taken before that was seen.
    pub over: bool,
}

/// What a case says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// The offers that count, in order: at most one stands.
    pub offers: Vec<Offer>,
    /// To whom it was given, by the dossier of the share; nobody once it was taken back.
    pub given: Option<CaseHandedOver>,
    /// Where it came from.
    pub taken: Option<CaseTakenOver>,
    /// The shares that go on.
    shares: BTreeSet<JournalId>,
    /// Where the case was opened.
    opened: Option<u64>,
}

impl Handover {
    /// Takes the next event of the case over (R-6.8-14). What waits to be sent has the highest sequence of all.
    pub fn apply(&mut self, (sequence, body): (u64, &Body)) {
        match body {
            Body::CaseOpened(_) => self.opened = self.opened.or(Some(sequence)),
            Body::ShareMade(made) => {
                self.shares.insert(made.dossier);
            }
            Body::HandoverOffered(offered) if self.may_be_offered(&offered.dossier) => {
                self.offers.push(Offer { offered: offered.clone(), over: false });
            }
            Body::CaseHandedOver(given) if self.offers.iter().any(|offer| offer.offered.dossier == given.dossier) => {
                self.given.get_or_insert(*given);
            }
            Body::CaseTakenOver(taken) if self.opened.is_some_and(|opened| opened.saturating_add(1) == sequence) => {
                self.taken.get_or_insert(*taken);
            }
            Body::ShareEnded(ended) => self.end(&ended.dossier, ended.why),
            _ => {}
        }
    }

    fn may_be_offered(&self, dossier: &JournalId) -> bool {
        self.standing().is_none() && self.given.is_none() && self.shares.contains(dossier)
    }

    /// The offer that stands, if one does.
    pub fn standing(&self) -> Option<&HandoverOffered> {
        self.offers.iter().find(|offer| !offer.over).map(|offer| &offer.offered)
    }

    /// What is over by itself may have been taken before; what was taken back was not, or is no longer.
    fn end(&mut self, dossier: &JournalId, why: Ending) {
        self.shares.remove(dossier);
        if why == Ending::Expired {
            self.offers.iter_mut().filter(|offer| offer.offered.dossier == *dossier).for_each(|offer| offer.over = true);
            return;
        }
        self.offers.retain(|offer| offer.offered.dossier != *dossier);
        self.given.take_if(|given| given.dossier == *dossier);
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
    use casevault_wire::id::{OrganisationId, TeamId};
    use casevault_wire::time::Time;

    use super::*;
    use crate::event::{CaseOpened, Note, Recipient, ShareEnded, ShareMade};

    fn offered(dossier: u8) -> Body {
        HandoverOffered { dossier: JournalId([dossier; 16]), fields: List::default() }.into()
    }

    fn given(dossier: u8) -> Body {
        CaseHandedOver { dossier: JournalId([dossier; 16]), answered: Hash([dossier; 32]) }.into()
    }

    fn ended(dossier: u8, why: Ending) -> Body {
        ShareEnded { dossier: JournalId([dossier; 16]), why }.into()
    }

    fn made(dossier: u8) -> Body {
        let to = Recipient { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
        ShareMade {
            dossier: JournalId([dossier; 16]),
            consent: [2; 16],
            given: Hash([3; 32]),
            to,
            purpose: Text::default(),
            until: Time(9),
            documents: List::default(),
            fields: List::default(),
            overridden: None,
        }
        .into()
    }

    /// Two shares, and what comes after.
    fn fold(events: &[Body]) -> Handover {
        let mut handover = Handover::default();
        for event in [made(1), made(2)].iter().chain(events) {
            handover.apply((0, event));
        }
        handover
    }

    fn is_given(events: &[Body]) -> Option<u8> {
        fold(events).given.map(|given| given.dossier.0[0])
    }

    // Obeys R-6.8-14.
    // Breaks R-6.8-14.
    #[test]
    fn a_case_is_given_to_whom_it_was_offered_first_and_comes_back_when_that_is_taken_back() {
        assert_eq!(is_given(&[offered(1), given(1)]), Some(1));
        for why in [Ending::Revoked, Ending::Withdrawn] {
            assert_eq!(is_given(&[offered(1), given(1), ended(1, why)]), None);
        }
        assert_eq!(is_given(&[offered(1), given(1), ended(2, Ending::Revoked)]), Some(1), "another share");
        assert_eq!(is_given(&[offered(1), given(1), ended(1, Ending::Expired)]), Some(1));
        assert_eq!(is_given(&[offered(1), given(1), ended(1, Ending::Expired), ended(1, Ending::Revoked)]), None);
        assert_eq!(is_given(&[offered(1), ended(1, Ending::Expired), given(1)]), Some(1), "taken before it was over");
        for otherwise in [
            vec![given(1), offered(1)],
            vec![offered(2), given(1)],
            vec![offered(1), ended(1, Ending::Revoked), given(1)],
            vec![offered(3), given(3)],
            vec![ended(1, Ending::Revoked), offered(1), given(1)],
            vec![offered(1), offered(2), given(2)],
        ] {
            assert_eq!(is_given(&otherwise), None, "{otherwise:?}");
        }
        assert!(is_written_after(&ended(1, Ending::Revoked)));
        assert!(!is_written_after(&Note { text: Text::new("late").unwrap() }.into()) && !is_written_after(&offered(3)));
    }

    /// Who offers what was ended meanwhile, or to two, holds up nobody.
    #[test]
    fn one_offer_stands_at_a_time_and_none_of_what_is_over() {
        let stands = |events: &[Body]| fold(events).standing().map(|offer| offer.dossier.0[0]);
        assert_eq!(stands(&[offered(1), offered(2)]), Some(1));
        assert_eq!(stands(&[ended(1, Ending::Revoked), offered(1)]), None);
        assert_eq!(stands(&[offered(3), offered(2)]), Some(2), "of a share that there is not");
        for why in [Ending::Revoked, Ending::Withdrawn, Ending::Expired] {
            assert_eq!(stands(&[offered(1), ended(1, why), offered(2)]), Some(2));
        }
    }

    /// A case says where it comes from as it is opened, and nobody says it later.
    // Breaks R-6.8-13.
    #[test]
    fn a_case_comes_from_elsewhere_from_its_beginning_or_not_at_all() {
        let opened: Body = CaseOpened { title: Text::new("Mira").unwrap() }.into();
        let from = Recipient { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
        let taken: Body = CaseTakenOver { from, dossier: JournalId([1; 16]), offered: Hash([1; 32]) }.into();
        for (at, counts) in [(3, true), (4, false), (u64::MAX, false)] {
            let mut handover = Handover::default();
            handover.apply((2, &opened));
            handover.apply((at, &taken));
            assert_eq!(handover.taken.is_some(), counts, "{at}");
        }
    }
}
