//! What the `fsck` of either server says: which invariant does not hold, and where. Each invariant is stated once, by [`invariants!`]:
//! its fault in code, its name in what is printed, and what must hold.

use std::fmt;

/// What must hold of what a server keeps.
pub trait Invariant: Copy + Eq + fmt::Debug + 'static {
    /// Everything that is checked.
    const ALL: &'static [Self];

    /// Its name.
    fn name(self) -> &'static str;

    /// What must hold.
    fn holds(self) -> &'static str;
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<F> {
    /// The invariant that does not hold.
    pub fault: F,
    /// Where.
    pub at: String,
}

impl<F: Invariant> fmt::Display for Finding<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: it does not hold that {}", self.fault.name(), self.at, self.fault.holds())
    }
}

/// Every invariant with its name, one a line, for the help of a command.
pub fn help<F: Invariant>() -> String {
    let longest = F::ALL.iter().map(|invariant| invariant.name().len()).max().unwrap_or_default();
    let lines = F::ALL.iter().map(|invariant| format!("  {:longest$}  {}", invariant.name(), invariant.holds()));
    std::iter::once("Invariants:".to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Declares the enum `Fault` of a server: for each invariant its variant, its name and what must hold.
#[macro_export]
macro_rules! invariants {
    ($($fault:ident = $name:literal: $holds:literal;)+) => {
        /// An invariant that does not hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault {
            $(
                #[doc = concat!("It does not hold that ", $holds, ".")]
                $fault,
            )+
        }

        impl $crate::fsck::Invariant for Fault {
            const ALL: &'static [Self] = &[$(Self::$fault),+];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)+
                }
            }

            fn holds(self) -> &'static str {
                match self {
                    $(Self::$fault => $holds,)+
                }
            }
        }
    };
}
