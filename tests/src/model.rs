//! Models of the protocol, every state of which is visited.

use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker, HasDiscoveries, Model};

/// Visits every state; all properties hold.
pub fn holds<M>(rules: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let checker = rules.checker().threads(2).spawn_bfs().join();
    eprintln!("{} states, {} deep", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

/// The model finds a path on which `property` is broken.
pub fn breaks<M>(property: &'static str, rules: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Hash + PartialEq + Send + Sync,
    M::Action: Clone + PartialEq,
{
    let checker = rules.checker().threads(2).finish_when(HasDiscoveries::AnyOf([property].into())).spawn_bfs().join();
    assert!(checker.discovery(property).is_some(), "{property}: no counterexample in {} states", checker.unique_state_count());
}
