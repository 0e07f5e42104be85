//! What the model talks about: who, which attempt, which key.

/// A device. The honest ones count from 0.
pub type Who = u8;
/// Once a member, then removed; keeps every key it ever had.
pub const EVIL: Who = 9;

/// A commit: who made it, which epoch it begins, and whether it takes the evil device out of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    pub by: Who,
    pub epoch: u8,
    pub removes: bool,
}

impl Attempt {
    /// The same by another: honest devices are alike, and worlds that differ in their names alone are one.
    pub fn renamed(self, names: &[Who]) -> Self {
        Self { by: names.get(usize::from(self.by)).copied().unwrap_or(self.by), ..self }
    }
}

/// An access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The team's first, which every member has.
    First,
    /// The one that an attempt makes.
    Of(Attempt),
    /// One that the evil device made by itself, outside the group.
    Forged,
}

impl Key {
    pub fn renamed(self, names: &[Who]) -> Self {
        match self {
            Self::Of(attempt) => Self::Of(attempt.renamed(names)),
            other => other,
        }
    }

    /// The generation that the key claims; a forged one claims to come after `current`.
    pub fn generation(self, current: Self) -> u8 {
        match self {
            Self::First => 1,
            Self::Of(attempt) => attempt.epoch + 1,
            Self::Forged if current == Self::Forged => 0,
            Self::Forged => current.generation(Self::First) + 1,
        }
    }
}

/// What is different from world to world: who takes part, and which rules of the protocol are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many honest devices there are besides the evil one.
    pub honest: Who,
    /// An honest device whose commits the others must refuse.
    pub faulty: Option<Who>,
    /// How many messages may be lost or late, and programs killed.
    pub faults: u8,
    /// The evil device, while it is a member, makes commits that nobody can follow, up to this epoch.
    pub insider: u8,
    /// The evil device, while it is a member, refuses and acknowledges what it likes.
    pub judges: bool,
    /// The team's first key is too old: a rotation is due before anybody is removed.
    pub due: bool,
    /// The vault accepts a new access key only with the keyserver's receipt for it.
    pub receipt_checked: bool,
    /// The vault refuses a receipt of a commit that it knows to be void.
    pub voids_remembered: bool,
    /// The vault keeps all keys since the last confirmed one; otherwise only the one before.
    pub keeps_since_confirmed: bool,
    /// The keyserver confirms when more than half have merged; otherwise at the first acknowledgement.
    pub confirms_when_settled: bool,
    /// Refusals and voids are of the newest commit alone; otherwise of any that is not confirmed, with what was built on it.
    pub only_newest_judged: bool,
    /// What the keyserver has confirmed it never voids.
    pub confirmed_stays: bool,
    /// A device that merged a void commit stops and alarms; otherwise it goes back as if nothing had been.
    pub alarms_on_void: bool,
    /// What a device staged survives until the epoch is known to have ended; otherwise a kill or silence ends it.
    pub stages_durably: bool,
    /// The shipped vault's machine of access keys runs beside the model's, and must agree.
    pub shipped: bool,
}

impl Rules {
    /// The protocol as it is.
    pub const PROTOCOL: Self = Self {
        honest: 3,
        faulty: None,
        faults: 0,
        insider: 0,
        judges: false,
        due: true,
        receipt_checked: true,
        voids_remembered: true,
        keeps_since_confirmed: true,
        confirms_when_settled: true,
        only_newest_judged: false,
        confirmed_stays: true,
        alarms_on_void: true,
        stages_durably: true,
        shipped: false,
    };
}
