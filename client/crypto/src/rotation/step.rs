//! The one function that moves a change of a team forward.

use casevault_wire::hash::Hash;

use super::state::{Attempt, Effect, Event, Outcome, State, Steps};

/// The state after `event`, and what to do then. An event that means nothing in a state changes nothing.
pub fn step(state: State, event: Event) -> Steps {
    if event == Event::Resume {
        return (state, resume(state));
    }
    match state {
        State::Intent(_) | State::Lost(_) => before(state, event),
        State::Staged(attempt) | State::Sent(attempt) => sending(state, attempt, event),
        State::Receipted(attempt) => receipted(state, attempt, event),
        State::Merged(attempt) => merged(state, attempt, event),
        State::VaultSwitched(attempt) => switched(state, attempt, event),
        State::Done(_) => (state, vec![]),
    }
}

/// What a state asks for, whenever one comes to it and whenever the program starts in it.
fn resume(state: State) -> Vec<Effect> {
    match state {
        State::Intent(rotation) => vec![Effect::Plan(rotation)],
        State::Staged(attempt) => vec![Effect::Send(attempt)],
        State::Sent(attempt) => vec![Effect::Ask(attempt.epoch)],
        State::Receipted(attempt) => vec![Effect::Merge(attempt)],
        State::Merged(attempt) => vec![Effect::Acknowledge(attempt.epoch), Effect::AskVault],
        State::VaultSwitched(_) => vec![Effect::AskSealingKey],
        State::Lost(_) => vec![Effect::Process],
        State::Done(_) => vec![],
    }
}

fn enter(state: State) -> Steps {
    (state, resume(state))
}

fn before(state: State, event: Event) -> Steps {
    match (state, event) {
        (State::Intent(rotation), Event::Staged(attempt)) if attempt.rotation == rotation => enter(State::Staged(attempt)),
        (State::Intent(_), Event::NothingToDo) => enter(State::Done(Outcome::NothingToDo)),
        (State::Intent(rotation) | State::Lost(rotation), Event::Processed) => enter(State::Intent(rotation)),
        (_, Event::Removed) => enter(State::Done(Outcome::Removed)),
        _ => (state, vec![]),
    }
}

fn sending(state: State, attempt: Attempt, event: Event) -> Steps {
    match event {
        // The driver is sending: nothing more to do until there is an answer.
        Event::Sending => (State::Sent(attempt), vec![]),
        Event::Unanswered => enter(State::Sent(attempt)),
        // What did not arrive is sent again, byte for byte.
        Event::Open => enter(State::Staged(attempt)),
        Event::Ended(commit) => ended(attempt, commit),
        Event::Voided => give_up(State::Intent(attempt.rotation)),
        _ => (state, vec![]),
    }
}

fn ended(attempt: Attempt, commit: Hash) -> Steps {
    if commit == attempt.commit { enter(State::Receipted(attempt)) } else { give_up(State::Lost(attempt.rotation)) }
}

/// Clears the pending commit in the transaction that stores `next`.
fn give_up(next: State) -> Steps {
    let (next, effects) = enter(next);
    (next, [vec![Effect::ClearPending], effects].concat())
}

fn receipted(state: State, attempt: Attempt, event: Event) -> Steps {
    match event {
        Event::Merged => enter(State::Merged(attempt)),
        // Voided before it was merged: as if it had never been accepted.
        Event::Voided => give_up(State::Intent(attempt.rotation)),
        _ => (state, vec![]),
    }
}

fn merged(state: State, attempt: Attempt, event: Event) -> Steps {
    match event {
        Event::Vault(generation) if generation >= attempt.generation => enter(State::VaultSwitched(attempt)),
        // One generation at a time: each receipt counts only with the key before it. Any member has all of them.
        Event::Vault(from) => (state, vec![Effect::SwitchVault { from, to: from.saturating_add(1) }]),
        Event::Unanswered => (state, vec![Effect::AskVault]),
        Event::Voided => voided(),
        _ => (state, vec![]),
    }
}

fn switched(state: State, attempt: Attempt, event: Event) -> Steps {
    match event {
        Event::SealingKey(generation) if generation >= attempt.generation => enter(State::Done(Outcome::Complete)),
        Event::SealingKey(_) => (state, vec![Effect::StateSealingKey(attempt.generation)]),
        Event::Unanswered => (state, vec![Effect::AskSealingKey]),
        Event::Voided => voided(),
        _ => (state, vec![]),
    }
}

/// Whoever merged a commit that was voided afterwards is on a branch of its own.
fn voided() -> Steps {
    (State::Done(Outcome::Voided), vec![Effect::Alarm])
}
