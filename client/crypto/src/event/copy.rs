//! Copies of documents that say less, and what documents say besides what is seen of them (SPEC §6.9): events of a case.

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::{OpenedVersion, VersionOf};
use crate::content::Sha256;

/// A version of a document, by its number and by its blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VersionNamed {
    /// The document.
    pub document: DocumentId,
    /// The version.
    pub version: u64,
    /// BLAKE3 of its blob.
    pub digest: BlobDigest,
}

impl VersionNamed {
    /// What names it by its number.
    pub fn opened(&self) -> OpenedVersion {
        OpenedVersion { document: self.document, version: self.version }
    }
}

/// How a copy differs from its original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum How {
    /// Boxes cover parts of it.
    Redacted = 1,
    /// It looks the same and has no metadata.
    Stripped = 2,
}

impl How {
    /// The word of the command line and of evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redacted => "redacted",
            Self::Stripped => "stripped",
        }
    }
}

/// A box on a page: from its left and upper edge, in hundredths of a per cent of the page's width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PageBox {
    /// The page, from 1.
    pub page: u32,
    /// Its left edge.
    pub x: u16,
    /// Its upper edge.
    pub y: u16,
    /// How wide it is.
    pub width: u16,
    /// How high it is.
    pub height: u16,
}

impl PageBox {
    /// A whole page, in each direction.
    pub const WHOLE: u16 = 10_000;

    /// Whether it is on a page of `pages`, and covers something of it.
    pub fn is_on(&self, pages: u32) -> bool {
        let fits = |from: u16, size: u16| size > 0 && u32::from(from) + u32::from(size) <= u32::from(Self::WHOLE);
        (1..=pages).contains(&self.page) && fits(self.x, self.width) && fits(self.y, self.height)
    }
}

/// Body of `copy made`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CopyMade {
    /// The copy.
    pub copy: VersionNamed,
    /// What it was made of.
    pub original: VersionNamed,
    /// SHA-256 of that.
    pub sha256: Sha256,
    /// How they differ.
    pub how: How,
    /// How many pages both have.
    pub pages: u32,
    /// What is covered.
    pub boxes: List<PageBox, { limit::BOXES }>,
}

impl CopyMade {
    /// Whether it is one that a writer makes (R-6.9-2).
    pub fn is_sound(&self) -> bool {
        let boxes = self.boxes.as_slice();
        self.copy.document != self.original.document
            && self.pages > 0
            && boxes.is_empty() == (self.how == How::Stripped)
            && boxes.iter().all(|one| one.is_on(self.pages))
    }
}

/// Declares the kinds of metadata: name, bit and word of each.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $bit:literal, $word:literal;)*) => {
        /// A kind of what a document says besides what is seen of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MetadataKind {
            $($(#[$doc])* $variant = $bit,)*
        }

        impl MetadataKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word of the command line.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// Where it was made.
    Location = 1, "location";
    /// Who made it, or who is named in it.
    Author = 2, "author";
    /// With which camera, telephone or computer.
    Device = 4, "device";
    /// When.
    Time = 8, "time";
    /// A small picture of it, which may be of an earlier state.
    Thumbnail = 16, "thumbnail";
    /// With which program.
    Software = 32, "software";
    /// What somebody wrote about it, or its history.
    Comment = 64, "comment";
    /// A file within it, or bytes after its end.
    Embedded = 128, "embedded-file";
    /// It is of a kind that cannot be examined: it may say anything.
    Unknown = 256, "unknown-kind";
}

/// The kinds that were found in a document, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Found(pub u16);

impl Found {
    /// Whether nothing was found. A bit that this version does not know is something.
    pub fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// With another kind.
    #[must_use]
    pub fn with(self, kind: MetadataKind) -> Self {
        Self(self.0 | kind as u16)
    }

    /// The kinds that this version knows.
    pub fn kinds(self) -> Vec<MetadataKind> {
        MetadataKind::ALL.iter().copied().filter(|kind| self.0 & *kind as u16 != 0).collect()
    }
}

/// A version that was examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Examined {
    /// Which.
    pub of: VersionOf,
    /// What was found in it.
    pub found: Found,
}

/// Body of `metadata found`: kinds, never values.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct MetadataFound {
    /// What was examined.
    pub documents: List<Examined, { limit::COVERED }>,
}

/// Body of `metadata kept`: somebody decided that documents leave the team as they are.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct MetadataKept {
    /// Which.
    pub documents: List<VersionOf, { limit::OPENED }>,
    /// Why.
    pub reason: Text<{ limit::NOTE }>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(how: How, boxes: &[PageBox]) -> CopyMade {
        let named = |byte| VersionNamed { document: DocumentId([byte; 16]), version: 1, digest: BlobDigest([byte; 32]) };
        let boxes = List::new(boxes.to_vec()).unwrap();
        CopyMade { copy: named(1), original: named(2), sha256: Sha256([3; 32]), how, pages: 2, boxes }
    }

    // Obeys R-6.9-2.
    #[test]
    fn a_copy_is_redacted_with_boxes_on_its_pages_or_stripped_without() {
        let boxes = [
            PageBox { page: 1, x: 0, y: 0, width: PageBox::WHOLE, height: PageBox::WHOLE },
            PageBox { page: 2, x: 9_999, y: 9_999, width: 1, height: 1 },
        ];
        assert!(made(How::Redacted, &boxes).is_sound());
        assert!(made(How::Stripped, &[]).is_sound());
    }

    // Breaks R-6.9-2.
    #[test]
    fn what_is_no_copy_of_another_document_or_covers_nothing_is_none() {
        let whole = PageBox { page: 1, x: 0, y: 0, width: 1, height: 1 };
        let boxes = [
            PageBox { page: 0, ..whole },
            PageBox { page: 3, ..whole },
            PageBox { width: 0, ..whole },
            PageBox { height: 0, ..whole },
            PageBox { x: PageBox::WHOLE, ..whole },
            PageBox { y: 1, height: PageBox::WHOLE, ..whole },
            PageBox { x: u16::MAX, width: u16::MAX, ..whole },
        ];
        for one in boxes {
            assert!(!made(How::Redacted, &[whole, one]).is_sound(), "{one:?}");
        }
        assert!(!made(How::Redacted, &[]).is_sound() && !made(How::Stripped, &[whole]).is_sound());
        let one = made(How::Stripped, &[]);
        assert!(!CopyMade { copy: one.original, ..one.clone() }.is_sound() && !CopyMade { pages: 0, ..one }.is_sound());
    }

    #[test]
    fn a_kind_that_comes_later_is_something() {
        assert!(Found::default().is_nothing() && !Found(0x4000).is_nothing());
        assert_eq!(Found(0x4009).kinds(), [MetadataKind::Location, MetadataKind::Time]);
        assert_eq!(MetadataKind::ALL.iter().fold(0, |all, kind| all ^ *kind as u16), 0x1ff, "each has a bit of its own");
    }
}
