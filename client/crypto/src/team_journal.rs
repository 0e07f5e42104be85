//! A team's own journal: the ring of its cases' keys, and what a list of cases shows.

use std::collections::{BTreeMap, BTreeSet};

use casevault_wire::id::JournalId;

use crate::event::{Body, KeptCase, Status};
use crate::journal::{AcceptedEvent, EntryKey, KeyRing};
use crate::keys::CaseKey;

/// A case's key of one generation, as the team's journal gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenKey {
    /// `C[g]`.
    pub key: CaseKey,
    /// The generation of the team key in which it was made.
    pub created: u64,
}

/// What a list of cases shows of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The title.
    pub title: String,
    /// The status.
    pub status: Status,
    /// The event that says so.
    pub sequence: u64,
}

/// What an event does to the fold of a team's journal. A cache applies the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamEffect {
    /// The case has this key, if its ring [admits](CaseKeys::admits) it; otherwise the event changes nothing.
    GiveKey {
        /// The case.
        case: JournalId,
        /// The generation.
        generation: u64,
        /// The key.
        given: GivenKey,
    },
    /// The case has these keys, the first of them generation 1: those that its ring does not have and [admits](CaseKeys::admits) one after
    /// the other.
    KeepKeys {
        /// The case.
        case: JournalId,
        /// The keys.
        keys: Vec<GivenKey>,
    },
    /// The case was erased, or a case whose dossier this is.
    Erase(JournalId),
    /// A list shows this of the case.
    Summarise {
        /// The case.
        case: JournalId,
        /// What it shows.
        summary: Summary,
    },
}

impl TeamEffect {
    /// The journal that it is about.
    pub fn journal(&self) -> JournalId {
        match self {
            Self::GiveKey { case, .. } | Self::KeepKeys { case, .. } | Self::Summarise { case, .. } | Self::Erase(case) => *case,
        }
    }
}

/// What `event` does, in order.
pub fn effects(event: &AcceptedEvent) -> Vec<TeamEffect> {
    match &event.body {
        Body::RingKept(kept) => {
            let cases = kept.cases.as_slice().iter().flat_map(|case| keep(event, case));
            let erased = kept.erased.as_slice().iter().chain(kept.dossiers.as_slice());
            cases.chain(erased.copied().map(TeamEffect::Erase)).collect()
        }
        _ => effect(event).into_iter().collect(),
    }
}

fn effect(event: &AcceptedEvent) -> Option<TeamEffect> {
    match &event.body {
        // Whoever names another team generation than their header's could make an old key pass for a new one.
        Body::CaseKeyGiven(given) if given.team_generation == event.team_generation => Some(TeamEffect::GiveKey {
            case: given.case,
            generation: given.generation,
            given: GivenKey { key: given.key.clone(), created: given.team_generation },
        }),
        Body::CaseSummary(summary) => Some(TeamEffect::Summarise {
            case: summary.case,
            summary: Summary { title: summary.title.as_str().to_owned(), status: summary.status, sequence: event.sequence },
        }),
        _ => None,
    }
}

/// A case that is kept, with its keys: those that were made before the event's own generation of the team's.
fn keep(event: &AcceptedEvent, kept: &KeptCase) -> [TeamEffect; 2] {
    let older = kept.keys.as_slice().iter().take_while(|key| key.team_generation < event.team_generation);
    let keys = older.map(|key| GivenKey { key: key.key.clone(), created: key.team_generation }).collect();
    let summary = Summary { title: kept.title.as_str().to_owned(), status: kept.status, sequence: event.sequence };
    [TeamEffect::KeepKeys { case: kept.case, keys }, TeamEffect::Summarise { case: kept.case, summary }]
}

/// A case's keys, without a gap, each made in a later team generation than the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseKeys(BTreeMap<u64, GivenKey>);

impl CaseKeys {
    /// Whether a key of `generation`, made in the team generation `created`, comes next. Of two that were given at once the first
    /// in the team's journal counts.
    pub fn admits(&self, generation: u64, created: u64) -> bool {
        match self.0.last_key_value() {
            None => generation == 1 && created > 0,
            Some((newest, given)) => Some(generation) == newest.checked_add(1) && created > given.created,
        }
    }

    /// Adds a key if the ring admits it. Returns whether it did.
    pub fn give(&mut self, generation: u64, given: GivenKey) -> bool {
        let admitted = self.admits(generation, given.created);
        if admitted {
            self.0.insert(generation, given);
        }
        admitted
    }

    /// Adds those of `keys`, the first of them generation 1, that come next. Returns whether the ring has none that differs from them.
    pub fn keep(&mut self, keys: Vec<GivenKey>) -> bool {
        let mut same = true;
        for (generation, given) in (1..).zip(keys) {
            match self.0.get(&generation) {
                Some(known) => same &= *known == given,
                None => same &= self.give(generation, given),
            }
        }
        same
    }

    /// The keys in order of generation.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &GivenKey)> {
        self.0.iter().map(|(generation, given)| (*generation, given))
    }

    /// The generation of a key that must be given before somebody can write in the team generation `team_generation`; nothing if
    /// the newest key serves.
    pub fn due(&self, team_generation: u64) -> Option<u64> {
        match self.0.last_key_value() {
            None => Some(1),
            Some((newest, given)) => (given.created < team_generation).then(|| newest.saturating_add(1)),
        }
    }
}

impl KeyRing for CaseKeys {
    fn key(&self, generation: u64) -> Option<EntryKey> {
        let given = self.0.get(&generation)?;
        Some(EntryKey { secret: given.key.secret().clone(), created: given.created })
    }

    fn newest(&self) -> u64 {
        self.0.last_key_value().map(|(generation, _)| *generation).unwrap_or_default()
    }
}

/// Everything that a team's own journal says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamJournal {
    /// The keys of every case.
    pub keys: BTreeMap<JournalId, CaseKeys>,
    /// What a list shows of every case.
    pub cases: BTreeMap<JournalId, Summary>,
    /// What was erased.
    pub erased: BTreeSet<JournalId>,
}

impl TeamJournal {
    /// Takes the next accepted event over.
    pub fn apply(&mut self, event: &AcceptedEvent) {
        for effect in effects(event) {
            match effect {
                TeamEffect::GiveKey { case, generation, given } => {
                    self.keys.entry(case).or_default().give(generation, given);
                }
                TeamEffect::KeepKeys { case, keys } => {
                    self.keys.entry(case).or_default().keep(keys);
                }
                TeamEffect::Summarise { case, summary } => {
                    self.cases.insert(case, summary);
                }
                TeamEffect::Erase(case) => {
                    self.erased.insert(case);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn given(byte: u8, created: u64) -> GivenKey {
        GivenKey { key: CaseKey::new(Secret::new([byte; 32])), created }
    }

    #[test]
    fn a_ring_has_no_gaps_and_no_second_key_of_a_generation() {
        let mut ring = CaseKeys::default();
        assert_eq!(ring.due(4), Some(1));
        assert!(!ring.give(2, given(1, 4)), "no first generation");
        assert!(ring.give(1, given(1, 4)));
        assert!(!ring.give(1, given(2, 5)), "used before");
        assert!(!ring.give(3, given(2, 5)), "skips one");
        assert!(!ring.give(2, given(2, 4)), "made in the same team generation");
        assert_eq!((ring.due(4), ring.due(5)), (None, Some(2)));
        assert!(ring.give(2, given(3, 7)));
        assert_eq!((ring.newest(), ring.key(2).map(|key| key.created), ring.key(3)), (2, Some(7), None));
        assert_eq!(ring.iter().map(|(generation, _)| generation).collect::<Vec<_>>(), [1, 2]);
    }

    // Obeys R-6.11-4.
    // Breaks R-6.11-4.
    #[test]
    fn a_kept_ring_goes_on_and_replaces_nothing() {
        let kept = vec![given(1, 1), given(2, 3), given(3, 4)];
        let mut ring = CaseKeys::default();
        assert!(ring.keep(kept.clone()) && ring.keep(kept.clone()) && ring.keep(kept[..2].to_vec()));
        assert_eq!((ring.newest(), ring.key(2).map(|key| key.created)), (3, Some(3)));
        assert!(!ring.keep(vec![given(9, 1)]), "another key");
        assert_eq!(ring.key(1).unwrap().secret, *given(1, 1).key.secret());
        let mut shorter = CaseKeys::default();
        shorter.give(1, given(1, 1));
        assert!(shorter.keep(kept) && shorter.newest() == 3, "what this device had not read yet");
        assert!(!CaseKeys::default().keep(vec![given(1, 2), given(2, 2)]), "does not rise");
    }
}
