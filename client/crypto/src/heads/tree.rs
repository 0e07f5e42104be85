//! A Merkle tree over heads in the shape of RFC 9162 §2.1.1, updated in place: only complete subtrees have a stored node, so a
//! change costs one hash per level.

use casevault_wire::hash::{Hash, hash, hash_bytes};
use casevault_wire::journal::Head;
use casevault_wire::label::Label;

use super::HeadsError;
use super::store::HeadStore;

/// The root over no journal.
pub fn empty_root() -> Hash {
    hash_bytes(Label::HeadNode, &[])
}

/// The leaf of a head.
pub fn leaf(head: &Head) -> Hash {
    hash(Label::HeadLeaf, head)
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    hash_bytes(Label::HeadNode, &[left.0, right.0].concat())
}

/// Sets the head of number `index`, which is at most the store's size, and every node above it whose subtree is complete.
///
/// # Errors
/// [`HeadsError::Store`]; [`HeadsError::Damaged`] if a node is missing.
pub fn update<S: HeadStore>(store: &mut S, index: u64, head: Head) -> Result<(), HeadsError<S::Error>> {
    store.put_head(index, head).map_err(HeadsError::Store)?;
    let size = store.size().map_err(HeadsError::Store)?;
    let mut node = leaf(&head);
    let mut at = index;
    store.put_node(0, at, node).map_err(HeadsError::Store)?;
    for level in 0..63u8 {
        let above = at >> 1;
        if ((above + 1) << (level + 1)) > size {
            break;
        }
        let sibling = stored(store, level, at ^ 1)?;
        node = if at & 1 == 0 { parent(&node, &sibling) } else { parent(&sibling, &node) };
        at = above;
        store.put_node(level + 1, at, node).map_err(HeadsError::Store)?;
    }
    Ok(())
}

/// The root over all heads.
///
/// # Errors
/// [`HeadsError::Store`]; [`HeadsError::Damaged`] if a node is missing.
pub fn root<S: HeadStore>(store: &S) -> Result<Hash, HeadsError<S::Error>> {
    let size = store.size().map_err(HeadsError::Store)?;
    let mut root: Option<Hash> = None;
    // The complete subtrees are the bits of the size; the smallest is rightmost.
    for level in 0..63u8 {
        let bit = 1u64 << level;
        if size & bit != 0 {
            let left = stored(store, level, (size >> level) - 1)?;
            root = Some(root.map_or(left, |right| parent(&left, &right)));
        }
    }
    Ok(root.unwrap_or_else(empty_root))
}

fn stored<S: HeadStore>(store: &S, level: u8, index: u64) -> Result<Hash, HeadsError<S::Error>> {
    store.node(level, index).map_err(HeadsError::Store)?.ok_or(HeadsError::Damaged)
}
