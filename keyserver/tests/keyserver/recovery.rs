//! Recovery: delays by the server's clock, escrows for nobody but an announced device, and the group made anew.

use casevault_keyserver::fsck::Fault;
use casevault_service::store::{Records, Write};
use casevault_wire::codec::{List, Opaque, encode};
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::{FeedEvent, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::RecoveryPolicyId;
use casevault_wire::keyserver::{Commits, Links};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Statement, TeamKind, VoidStatement, log_entry_hash};
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;
use casevault_wire::recovery::{Announcement, Escrow, Escrows, Opening, RecoveryPolicy, Regroup, Trustee, policy_hash};
use casevault_wire::signature::Signed;

use crate::world::{NOON, Ngo, Team, World, device, key, person, public, sign};

/// Three days.
const DELAY: u64 = 259_200_000;
/// The seed of the policy's signing key.
const SIGNING: u8 = 80;

pub fn policy() -> RecoveryPolicy {
    let trustee = |seed: u8| Trustee { person: person(seed), commitment: Hash([seed; 32]) };
    RecoveryPolicy {
        id: RecoveryPolicyId([1; 8]),
        sealing_key: Opaque::new(vec![1; limit::SEALING_KEY]).unwrap(),
        signing_key: public(&key(SIGNING)),
        threshold: 2,
        trustees: List::new([2, 3].map(trustee).to_vec()).unwrap(),
        delay: DELAY,
        until: NOON.plus(100 * DELAY),
    }
}

/// A grown team of 2, 3 and 4 that chose recovery, under a policy in force, and the hash of its last commit.
async fn recoverable(world: &World) -> (Ngo, Team, Hash) {
    let (mut ngo, team) = Ngo::with_team_of(world, TeamKind::RecoverableCases, 4).await;
    let hash = team.grown(world, &ngo, 4).await;
    ngo.state(world, 1, vec![Statement::RecoveryPolicy(policy())]).await.unwrap();
    (ngo, team, hash)
}

pub fn announcement(team: Team, seed: u8) -> Announcement {
    Announcement { policy: policy_hash(&policy()), team: team.id, device: device(seed) }
}

pub fn escrow(generation: u64) -> Escrow {
    Escrow { policy: policy_hash(&policy()), generation, sealed: Opaque::new(vec![7; 200]).unwrap() }
}

/// Announces a recovery for the device of `seed`; what the policy's key signs to open it.
pub async fn announce(world: &World, ngo: &mut Ngo, team: Team, seed: u8) -> Statement {
    ngo.state(world, 1, vec![Statement::AnnounceRecovery(announcement(team, seed))]).await.unwrap();
    opening(ngo, team, seed)
}

fn opening(ngo: &Ngo, team: Team, seed: u8) -> Statement {
    let announcement_hash = log_entry_hash(ngo.entries.last().unwrap());
    let content = Opening { organisation: ngo.log.id(), announcement: announcement_hash, announced: announcement(team, seed) };
    let signature = sign(&key(SIGNING), Label::RecoveryOpening, &content);
    Statement::RecoveryOpened(Signed { content, signature })
}

pub async fn leave(world: &World, ngo: &Ngo, team: Team, (seed, escrow): (u8, Escrow)) -> Result<(), Code> {
    world.post(&ngo.device(seed), &team.path("/escrows"), &escrow).await.done()
}

async fn escrows(world: &World, ngo: &Ngo, team: Team, seed: u8) -> Result<Vec<Escrow>, Code> {
    world.get::<Escrows>(&ngo.device(seed), &team.path("/escrows")).await.map(|escrows| escrows.escrows.into_vec())
}

// Plays J03.
// Obeys R-8.9-8.
// Breaks R-8.9-8.
#[tokio::test]
async fn nothing_is_opened_before_the_delay_is_over_by_the_servers_clock() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    let opened = announce(&world, &mut ngo, team, 4).await;
    assert_eq!(ngo.state(&world, 4, vec![opened.clone()]).await, Err(Code::Statement), "at once");
    world.clock.advance(DELAY - 1);
    let world = world.restart().await;
    assert_eq!(ngo.state(&world, 4, vec![opened.clone()]).await, Err(Code::Statement), "a millisecond early, after a restart");
    world.clock.advance(1);
    ngo.state(&world, 4, vec![opened]).await.unwrap();
}

// Plays J03.
#[tokio::test]
async fn an_announcement_and_its_opening_together_are_refused() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    // Device 2 is a trustee's and of the team: whoever has it and the shares may announce, but not open at once.
    let mut ahead = ngo.clone();
    let entry = ahead.entry(2, Statement::AnnounceRecovery(announcement(team, 2)));
    ahead.take(entry);
    let both = vec![Statement::AnnounceRecovery(announcement(team, 2)), opening(&ahead, team, 2)];
    world.clock.advance(DELAY);
    assert_eq!(ngo.state(&world, 2, both).await, Err(Code::Statement));
}

// Breaks R-8.9-7.
#[tokio::test]
async fn nothing_is_announced_under_a_policy_that_has_ended() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    world.clock.advance(100 * DELAY);
    let announced = vec![Statement::AnnounceRecovery(announcement(team, 4))];
    assert_eq!(ngo.state(&world, 2, announced).await, Err(Code::Statement));
}

// Plays J09.
// Obeys R-8.9-6, R-8.9-9.
// Breaks R-8.9-9.
#[tokio::test]
async fn escrows_are_for_the_device_that_a_logged_opening_names() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    leave(&world, &ngo, team, (2, escrow(1))).await.unwrap();
    leave(&world, &ngo, team, (3, escrow(1))).await.unwrap();
    leave(&world, &ngo, team, (3, escrow(1))).await.unwrap();
    for seed in 1..=4 {
        assert_eq!(escrows(&world, &ngo, team, seed).await, Err(Code::Refused), "{seed}, before anything is announced");
    }
    let opened = announce(&world, &mut ngo, team, 4).await;
    world.clock.advance(DELAY);
    assert_eq!(escrows(&world, &ngo, team, 4).await, Err(Code::Refused), "the delay is over, the log has no opening");
    ngo.state(&world, 4, vec![opened]).await.unwrap();
    for seed in 1..=3 {
        assert_eq!(escrows(&world, &ngo, team, seed).await, Err(Code::Refused), "{seed}, who is not announced");
    }
    assert_eq!(escrows(&world, &ngo, team, 4).await, Ok(vec![escrow(1); 2]), "one of each device");
}

// Plays J09.
// Breaks R-8.9-9.
#[tokio::test]
async fn who_was_cancelled_gets_nothing_whenever_they_ask() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    leave(&world, &ngo, team, (2, escrow(1))).await.unwrap();
    let opened = announce(&world, &mut ngo, team, 4).await;
    let cancelled = Statement::CancelRecovery(log_entry_hash(ngo.entries.last().unwrap()));
    ngo.state(&world, 3, vec![cancelled]).await.unwrap();
    world.clock.advance(DELAY);
    let mut ahead = ngo.clone();
    let entry = ahead.entry(4, opened);
    assert!(ahead.log.apply(&entry).is_err(), "the log ends it");
    assert_eq!(escrows(&world, &ngo, team, 4).await, Err(Code::Refused));
}

// Breaks R-8.9-6.
#[tokio::test]
async fn an_escrow_is_of_a_recoverable_team_the_policy_in_force_and_a_generation_that_is_there() {
    let world = World::start().await;
    let (ngo, team, _) = recoverable(&world).await;
    let other = Escrow { policy: Hash([9; 32]), ..escrow(1) };
    assert_eq!(leave(&world, &ngo, team, (2, other)).await, Err(Code::Conflict), "nobody's policy");
    for generation in [0, 2] {
        assert_eq!(leave(&world, &ngo, team, (2, escrow(generation))).await, Err(Code::Conflict), "generation {generation}");
    }
    assert_eq!(leave(&world, &ngo, team, (1, escrow(1))).await, Err(Code::Refused), "an administrator is no member");
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    ngo.state(&world, 1, vec![Statement::RecoveryPolicy(policy())]).await.unwrap();
    assert_eq!(leave(&world, &ngo, team, (2, escrow(1))).await, Err(Code::Refused), "the team did not choose it");
}

// Breaks R-8.9-9.
#[tokio::test]
async fn a_group_that_goes_on_after_the_opening_is_neither_handed_out_nor_made_anew() {
    let world = World::start().await;
    let (mut ngo, team, _) = recoverable(&world).await;
    leave(&world, &ngo, team, (2, escrow(1))).await.unwrap();
    let opened = announce(&world, &mut ngo, team, 4).await;
    world.clock.advance(DELAY);
    let before = Team::upload(&team.data(&ngo, 2, 2), &[], 7, true);
    ngo.state(&world, 4, vec![opened]).await.unwrap();
    team.commit(&world, &ngo, 2, &before).await.done().unwrap();
    assert_eq!(escrows(&world, &ngo, team, 4).await.map(|escrows| escrows.len()), Ok(1), "who committed had not read of it");
    let after = Team::upload(&team.data(&ngo, 3, 3), &[], 7, true);
    team.commit(&world, &ngo, 2, &after).await.done().unwrap();
    assert_eq!(escrows(&world, &ngo, team, 4).await, Err(Code::Refused));
    let anew = regroup(&team.data(&ngo, 4, 4));
    assert_eq!(world.post(&ngo.device(4), &team.path("/regroup"), &anew).await.done(), Err(Code::Refused));
}

fn regroup(data: &CommitData) -> Regroup {
    let link = Opaque::new(vec![5; 100]).unwrap();
    Regroup { data: CommitData { link: link_hash(Some(&link)), ..data.clone() }, link }
}

// Obeys R-8.9-10.
// Breaks R-8.9-10.
#[tokio::test]
async fn the_opened_team_gets_one_group_whose_epochs_go_on() {
    let world = World::start().await;
    let (mut ngo, team, hash) = recoverable(&world).await;
    let post = async |ngo: &Ngo, seed: u8, regroup: &Regroup| {
        world.post(&ngo.device(seed), &team.path("/regroup"), regroup).await.value::<SignedFeedItem>()
    };
    let opened = announce(&world, &mut ngo, team, 4).await;
    world.clock.advance(DELAY);
    let early = regroup(&team.data(&ngo, 2, 2));
    assert_eq!(post(&ngo, 4, &early).await, Err(Code::Refused), "not opened");
    ngo.state(&world, 4, vec![opened]).await.unwrap();
    assert_eq!(post(&ngo, 4, &early).await, Err(Code::Conflict), "a log without the opening");
    for (epoch, generation, code) in
        [(1, 2, Code::Conflict), (3, 2, Code::Conflict), (2, 1, Code::Malformed), (2, 3, Code::Malformed)]
    {
        let wrong = regroup(&team.data(&ngo, epoch, generation));
        assert_eq!(post(&ngo, 4, &wrong).await, Err(code), "epoch {epoch}, generation {generation}");
    }
    let anew = regroup(&team.data(&ngo, 2, 2));
    assert_eq!(post(&ngo, 3, &anew).await, Err(Code::Refused), "another member");
    let other_link = Regroup { link: Opaque::new(vec![6; 100]).unwrap(), ..anew.clone() };
    assert_eq!(post(&ngo, 4, &other_link).await, Err(Code::Malformed), "another link than the data name");
    let receipt = post(&ngo, 4, &anew).await.unwrap();
    assert_eq!(post(&ngo, 4, &anew).await, Ok(receipt.clone()), "again is as good");
    let again = regroup(&team.data(&ngo, 3, 3));
    assert_eq!(post(&ngo, 4, &again).await, Err(Code::Refused), "once per opening");
    assert_eq!(escrows(&world, &ngo, team, 4).await, Err(Code::Refused), "nothing more is to be had");

    let commits: Commits = world.get(&ngo.device(2), &team.path("/commits?after=1")).await.unwrap();
    assert_eq!((commits.creation, commits.epoch, commits.commits.as_slice()), (Some(receipt.clone()), 2, [].as_slice()));
    for after in [u64::MAX - 1, 65_536] {
        let commits: Commits = world.get(&ngo.device(2), &team.path(&format!("/commits?after={after}"))).await.unwrap();
        assert_eq!((commits.epoch, commits.commits.as_slice()), (2, [].as_slice()), "far ahead");
    }
    let links: Links = world.get(&ngo.device(4), &team.path("/links")).await.unwrap();
    assert_eq!(links.links.as_slice()[0].link, anew.link);
    let stale = Team::upload(&team.data(&ngo, 3, 2), &[], 9, false);
    assert_eq!(team.commit(&world, &ngo, 2, &stale).await.done(), Err(Code::Conflict), "2 is of the old group");
    assert_eq!(team.acknowledge(&world, &ngo, 2, (1, hash)).await.done(), Err(Code::Conflict));
    team.acknowledge(&world, &ngo, 4, (2, Hash::ZERO)).await.done().unwrap();
    let first = Team::upload(&team.data(&ngo, 3, 2), &[2, 3], 8, false);
    team.commit(&world, &ngo, 4, &first).await.done().unwrap();
    let void = VoidStatement { team: team.id, epoch: 3, commit: commit_hash(first.commit.as_slice()) };
    ngo.state(&world, 1, vec![Statement::VoidCommit(void)]).await.unwrap();
    team.commit(&world, &ngo, 4, &Team::upload(&team.data(&ngo, 3, 2), &[2, 3], 9, false)).await.done().unwrap();
    let said: Vec<_> = ngo.feed(&world).await.into_iter().map(|item| item.content.event).collect();
    let at = said.iter().position(|event| *event == receipt.content.event).unwrap();
    assert!(matches!(said[at + 1], FeedEvent::Confirmed(confirmed) if (confirmed.epoch, confirmed.generation) == (2, 2)));

    let key = world.key;
    let directory = world.stop().await;
    let records = casevault_service::store::SledRecords::open(&directory.path().join("records")).unwrap();
    let report = casevault_keyserver::fsck::check(&records, &key).await.unwrap();
    assert_eq!(report.faults, []);
    let all = records.scan(&[17], &[18], usize::MAX).await.unwrap();
    records.write(Write { delete: all.into_iter().map(|(name, _)| name).collect(), ..Write::default() }).await.unwrap();
    let (name, _) = records.scan(&[10], &[11], 1).await.unwrap().remove(0);
    let stray = ([&[16], &name[1..]].concat(), encode(&Escrow { policy: Hash([9; 32]), ..escrow(1) }));
    records.write(Write { put: vec![stray], ..Write::default() }).await.unwrap();
    let report = casevault_keyserver::fsck::check(&records, &key).await.unwrap();
    let faults: Vec<_> = report.faults.iter().map(|finding| finding.fault).collect();
    assert_eq!(faults, [Fault::Arrival, Fault::Escrow], "an arrival is missing, an escrow is of nobody's policy");
}
