//! Inboxes of teams (SPEC §8.11): envelopes that wait, sealed, until a member has taken them or their time is over.

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::List;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::OrganisationId;
use casevault_wire::keyserver::{Delivered, Delivery, Inbox as Page};
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use crate::records::{Found, Inbox, Key, Kind, Place, Waiting, bytes, load};
use crate::state::Keyserver;

/// How often a write that lost a race is tried again.
const TRIES: usize = 64;

/// Where the envelope of this number is.
pub(crate) fn delivery_key(place: &Place, sequence: u64) -> Key {
    Key::of_team(Kind::Delivery, place).number(sequence)
}

impl Waiting {
    fn is_over(&self, now: Time) -> bool {
        now.since(self.time) >= limit::INBOX_LIFETIME
    }
}

/// Whether `organisation` may leave one more for a team of `home` beside those that wait.
fn has_room(waiting: &[Waiting], organisation: OrganisationId, home: OrganisationId) -> bool {
    let theirs = waiting.iter().filter(|waiting| waiting.organisation == organisation).count();
    waiting.len() < limit::INBOX && (organisation == home || theirs < limit::INBOX_PARTNER)
}

impl Keyserver {
    /// Keeps an envelope for a team, from a device of `organisation`. Again is as good while it waits.
    pub(crate) async fn leave(&self, place: &Place, organisation: OrganisationId, delivery: &Delivery) -> Result<(), Problem> {
        let encoded = bytes(delivery);
        let digest = BlobDigest::of(&encoded);
        let time = self.node.clock.now();
        let same = |waiting: &Waiting| waiting.organisation == organisation && waiting.digest == digest;
        self.change_inbox(place, |inbox, waiting, write| {
            if waiting.iter().any(same) {
                return Ok(());
            }
            if !has_room(waiting, organisation, place.organisation) {
                return Err(Problem(Code::Busy));
            }
            waiting.push(Waiting { sequence: inbox.next, time, organisation, digest });
            write.put(delivery_key(place, inbox.next).bytes(), encoded.clone());
            inbox.next += 1;
            Ok(())
        })
        .await
    }

    /// Removes what was taken. Again is as good.
    pub(crate) async fn take(&self, place: &Place, sequences: &[u64]) -> Result<(), Problem> {
        self.change_inbox(place, |_, waiting, write| {
            let taken = |waiting: &Waiting| sequences.contains(&waiting.sequence);
            remove(place, waiting, write, taken);
            Ok(())
        })
        .await
    }

    /// What waits for a team, from a number on.
    pub(crate) async fn inbox(&self, place: &Place, from: u64) -> Result<Page, Problem> {
        let inbox = load::<Inbox>(&*self.records, &Key::of_team(Kind::Inbox, place)).await?.value.unwrap_or_default();
        let now = self.node.clock.now();
        if inbox.waiting.as_slice().iter().any(|waiting| waiting.is_over(now)) {
            self.change_inbox(place, |_, _, _| Ok(())).await?;
        }
        let mut waiting = inbox.waiting.as_slice().iter().filter(|waiting| waiting.sequence >= from && !waiting.is_over(now));
        let mut items = Vec::new();
        for Waiting { sequence, organisation, .. } in waiting.by_ref().take(limit::INBOX_PAGE) {
            // Another member may have taken it meanwhile.
            let kept = load::<Delivery>(&*self.records, &delivery_key(place, *sequence)).await?.value;
            items.extend(kept.map(|delivery| Delivered { sequence: *sequence, organisation: *organisation, delivery }));
        }
        let more = u8::from(waiting.next().is_some());
        Ok(Page { items: List::new(items).map_err(|_| Problem(Code::Unavailable))?, more })
    }

    /// Changes what waits for a team, without what waited too long.
    async fn change_inbox(
        &self,
        place: &Place,
        change: impl Fn(&mut Inbox, &mut Vec<Waiting>, &mut Write) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let (key, now) = (Key::of_team(Kind::Inbox, place), self.node.clock.now());
        for _ in 0..TRIES {
            let Found { value, bytes: before } = load::<Inbox>(&*self.records, &key).await?;
            let (mut inbox, mut write) = (value.unwrap_or_default(), Write::default());
            let known = inbox.clone();
            let mut waiting = std::mem::take(&mut inbox.waiting).into_vec();
            remove(place, &mut waiting, &mut write, |waiting| waiting.is_over(now));
            change(&mut inbox, &mut waiting, &mut write)?;
            inbox.waiting = List::new(waiting).map_err(|_| Problem(Code::Busy))?;
            if inbox == known {
                return Ok(());
            }
            write.expect(key.clone().bytes(), before);
            write.put(key.clone().bytes(), bytes(&inbox));
            match self.records.write(write).await {
                Err(StoreError::Conflict) => {}
                written => return Ok(written?),
            }
        }
        Err(Problem(Code::Busy))
    }
}

/// Removes those of `waiting` that are `gone`, with their envelopes.
fn remove(place: &Place, waiting: &mut Vec<Waiting>, write: &mut Write, gone: impl Fn(&Waiting) -> bool) {
    waiting.retain(|waiting| {
        let gone = gone(waiting);
        if gone {
            write.delete(delivery_key(place, waiting.sequence).bytes());
        }
        !gone
    });
}
