//! Commits that cut a team's history, and what goes then.

use casevault_keyserver::fsck::{Fault, check};
use casevault_service::store::{Records, SledRecords, Write};
use casevault_wire::codec::List;
use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::{Commits, Links};
use casevault_wire::log::{Statement, TeamCreation, TeamKind, VoidStatement, log_entry_hash};
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use tempfile::TempDir;

use crate::recovery::{escrow, leave, policy};
use crate::voids::refuse;
use crate::world::{Ngo, Team, World, device, person};

/// Kinds of records.
const LINK: u8 = 11;
const CUT: u8 = 21;

/// A recoverable team of 2 to 4 that rotated in epoch 2, and left escrows.
async fn rotated(world: &World) -> (Ngo, Team) {
    let (mut ngo, team) = Ngo::with_team_of(world, TeamKind::RecoverableCases, 4).await;
    team.grown(world, &ngo, 4).await;
    ngo.state(world, 1, vec![Statement::RecoveryPolicy(policy())]).await.unwrap();
    let first = commit(world, &ngo, team, (2, 2, 2, true)).await.unwrap();
    for seed in 2..=4 {
        team.acknowledge(world, &ngo, seed, (2, first)).await.done().unwrap();
    }
    for (seed, generation) in [(2, 1), (3, 2)] {
        leave(world, &ngo, team, (seed, escrow(generation))).await.unwrap();
    }
    (ngo, team)
}

/// A commit by `seed` that begins `epoch` with `generation`; with a link or not.
async fn commit(
    world: &World,
    ngo: &Ngo,
    team: Team,
    (seed, epoch, generation, linked): (u8, u64, u64, bool),
) -> Result<Hash, Code> {
    let upload = Team::upload(&team.data(ngo, epoch, generation), &[], epoch as u8, linked);
    team.commit(world, ngo, seed, &upload).await.done()?;
    Ok(commit_hash(upload.commit.as_slice()))
}

async fn acknowledge(world: &World, ngo: &Ngo, team: Team, (epoch, commit): (u64, Hash), seeds: &[u8]) {
    for seed in seeds {
        team.acknowledge(world, ngo, *seed, (epoch, commit)).await.done().unwrap();
    }
}

/// The generations that have links, as member 2 reads them.
async fn links(world: &World, ngo: &Ngo, team: Team) -> Vec<u64> {
    let links: Links = world.get(&ngo.device(2), &team.path("/links")).await.unwrap();
    let mut links: Vec<_> = links.links.as_slice().iter().map(|link| link.generation).collect();
    links.sort_unstable();
    links
}

fn open(directory: &TempDir) -> SledRecords {
    SledRecords::open(&directory.path().join("records")).unwrap()
}

/// How many records of `kind` there are in the stopped server's directory, whose records are in order.
async fn sound(directory: &TempDir, world_key: &PublicKey, kind: u8) -> usize {
    let records = open(directory);
    assert_eq!(check(&records, world_key).await.unwrap().faults, []);
    records.keys(&[kind], &[kind + 1], usize::MAX).await.unwrap().len()
}

// Obeys R-8.4-3.
// Breaks R-8.4-3.
#[tokio::test]
async fn history_is_cut_by_a_commit_that_does_nothing_else_and_never_in_the_directory() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 5).await;
    team.create(&world, &ngo, 2).await.done().unwrap();
    let first = Team::upload(&team.data(&ngo, 1, 1), &[3, 4], 1, false);
    team.commit(&world, &ngo, 2, &first).await.done().unwrap();
    let adds = Team::upload(&team.data(&ngo, 2, 2), &[5], 2, false);
    assert_eq!(team.commit(&world, &ngo, 2, &adds).await.done(), Err(Code::Malformed), "it adds somebody");
    ngo.state(&world, 1, vec![Statement::RemoveFromTeam(team.id, person(4))]).await.unwrap();
    assert_eq!(commit(&world, &ngo, team, (2, 2, 2, false)).await, Err(Code::Malformed), "it puts somebody out");
    assert!(commit(&world, &ngo, team, (2, 2, 2, true)).await.is_ok());
    let cut = commit(&world, &ngo, team, (3, 3, 3, false)).await.unwrap();
    assert_eq!(commit(&world, &ngo, team, (3, 3, 3, false)).await, Ok(cut), "again is as good");
    assert!(commit(&world, &ngo, team, (3, 4, 4, true)).await.is_ok(), "and links go on");
    let key = world.key;
    assert_eq!(sound(&world.stop().await, &key, CUT).await, 1);

    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 3).await;
    let creation = TeamCreation { kind: TeamKind::Directory, members: List::default(), salt: [0; 16] };
    ngo.state(&world, 1, vec![Statement::CreateTeam(creation)]).await.unwrap();
    let directory = Team { id: TeamId(log_entry_hash(ngo.entries.last().unwrap()).0) };
    directory.create(&world, &ngo, 1).await.done().unwrap();
    assert_eq!(commit(&world, &ngo, directory, (1, 1, 2, false)).await, Err(Code::Malformed));
    assert!(commit(&world, &ngo, directory, (1, 1, 2, true)).await.is_ok());
}

// Obeys R-8.4-6.
#[tokio::test]
async fn what_is_before_a_cut_goes_once_everybody_has_it_and_no_sooner() {
    let world = World::start().await;
    let (ngo, team) = rotated(&world).await;
    let third = commit(&world, &ngo, team, (3, 3, 3, true)).await.unwrap();
    acknowledge(&world, &ngo, team, (3, third), &[2, 3]).await;
    let cut = commit(&world, &ngo, team, (2, 4, 4, false)).await.unwrap();
    acknowledge(&world, &ngo, team, (4, cut), &[2, 3]).await;
    leave(&world, &ngo, team, (2, escrow(4))).await.unwrap();
    let after = commit(&world, &ngo, team, (3, 5, 5, true)).await.unwrap();
    assert_eq!(links(&world, &ngo, team).await, [2, 3, 5], "4 has not acknowledged it");
    assert_eq!(leave(&world, &ngo, team, (4, escrow(3))).await, Ok(()));
    let world = world.restart().await;
    assert_eq!(links(&world, &ngo, team).await, [2, 3, 5]);
    acknowledge(&world, &ngo, team, (5, after), &[4]).await;
    assert_eq!(links(&world, &ngo, team).await, [5], "a later one is as good");
    let commits: Commits = world.get(&ngo.device(2), &team.path("/commits?after=1")).await.unwrap();
    let linked: Vec<_> = commits.commits.as_slice().iter().map(|commit| commit.link.is_some()).collect();
    assert_eq!(linked, [false, false, false, true], "nor is one in the commits that are kept");
    assert_eq!(leave(&world, &ngo, team, (3, escrow(3))).await, Err(Code::Conflict), "none comes after");
    assert_eq!(leave(&world, &ngo, team, (3, escrow(4))).await, Ok(()));
    let world = world.restored().await;
    assert_eq!(links(&world, &ngo, team).await, [5]);
    let again = commit(&world, &ngo, team, (2, 6, 6, false)).await.unwrap();
    acknowledge(&world, &ngo, team, (6, again), &[2, 3, 4]).await;
    assert_eq!(links(&world, &ngo, team).await, Vec::<u64>::new(), "and so with the next");
    let key = world.key;
    let directory = world.stop().await;
    assert_eq!((sound(&directory, &key, CUT).await, sound(&directory, &key, 16).await), (1, 0));
}

// Breaks R-8.4-6.
#[tokio::test]
async fn nothing_goes_while_a_void_can_bring_the_old_generation_back() {
    let world = World::start().await;
    let (mut ngo, team) = rotated(&world).await;
    let cut = commit(&world, &ngo, team, (2, 3, 3, false)).await.unwrap();
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (3, cut)).await.done().unwrap();
    }
    assert_eq!(links(&world, &ngo, team).await, [2], "it is void");
    assert!(commit(&world, &ngo, team, (3, 3, 3, true)).await.is_ok());
    assert_eq!(links(&world, &ngo, team).await, [2, 3]);

    let cut = commit(&world, &ngo, team, (2, 4, 4, false)).await.unwrap();
    acknowledge(&world, &ngo, team, (4, cut), &[2]).await;
    ngo.state(&world, 1, vec![Statement::RevokeDevice(device(3))]).await.unwrap();
    assert_eq!(links(&world, &ngo, team).await, [2, 3], "4 may refuse it still");
    ngo.state(&world, 1, vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch: 4, commit: cut })]).await.unwrap();
    let world = world.restart().await;
    assert_eq!(links(&world, &ngo, team).await, [2, 3]);
    assert!(commit(&world, &ngo, team, (2, 4, 4, true)).await.is_ok());
    let key = world.key;
    let directory = world.stop().await;
    assert_eq!((sound(&directory, &key, CUT).await, sound(&directory, &key, LINK).await), (0, 3));
}

// Obeys R-8.4-6.
// Breaks R-8.4-6.
#[tokio::test]
async fn who_is_revoked_keeps_nothing_and_a_crash_is_made_good_at_the_next_start() {
    let world = World::start().await;
    let (mut ngo, team) = rotated(&world).await;
    let cut = commit(&world, &ngo, team, (2, 3, 3, false)).await.unwrap();
    acknowledge(&world, &ngo, team, (3, cut), &[2, 3]).await;
    assert_eq!(links(&world, &ngo, team).await, [2]);
    let mut before = Vec::new();
    let world = world
        .restart_with(|all| {
            before = all.into_iter().filter(|(key, _)| [8, LINK, 16, CUT].contains(&key[0])).collect();
            Write::default()
        })
        .await;
    ngo.state(&world, 1, vec![Statement::RevokeDevice(device(4))]).await.unwrap();
    assert_eq!(links(&world, &ngo, team).await, Vec::<u64>::new(), "the log alone is enough");
    let put: Vec<_> = before.iter().filter(|(key, _)| key[0] != 8).cloned().collect();
    let world = world.restart_with(|_| Write { put, ..Write::default() }).await;
    assert_eq!(links(&world, &ngo, team).await, Vec::<u64>::new(), "after the commits were written");
    let world = world.restart_with(|_| Write { put: before, ..Write::default() }).await;
    assert_eq!(links(&world, &ngo, team).await, Vec::<u64>::new(), "before anything was");
    let key = world.key;
    assert_eq!(sound(&world.stop().await, &key, 16).await, 0);
}

// Breaks R-8.7-6.
#[tokio::test]
async fn fsck_finds_what_is_left_from_before_a_cut_and_what_went_too_soon() {
    let world = World::start().await;
    let (ngo, team) = rotated(&world).await;
    let cut = commit(&world, &ngo, team, (2, 3, 3, false)).await.unwrap();
    let key = world.key;
    let directory = world.stop().await;
    let (escrows, link) = {
        let records = open(&directory);
        assert_eq!(check(&records, &key).await.unwrap().faults, []);
        let (name, link) = records.scan(&[LINK], &[LINK + 1], 1).await.unwrap().remove(0);
        let escrows = records.scan(&[16], &[17], usize::MAX).await.unwrap();
        records.write(Write { delete: vec![name.clone()], ..Write::default() }).await.unwrap();
        assert_eq!(faults(&records, &key).await, [Fault::Link], "before anybody acknowledged it");
        records.write(Write { put: vec![(name.clone(), link.clone())], ..Write::default() }).await.unwrap();
        (escrows, (name, link))
    };
    let world = World::on(directory).await;
    acknowledge(&world, &ngo, team, (3, cut), &[2, 3, 4]).await;
    let directory = world.stop().await;
    let records = open(&directory);
    assert_eq!(faults(&records, &key).await, []);
    records.write(Write { put: vec![link.clone()], ..Write::default() }).await.unwrap();
    assert_eq!(faults(&records, &key).await, [Fault::Link], "one is left");
    records.write(Write { put: escrows, delete: vec![link.0], ..Write::default() }).await.unwrap();
    assert_eq!(faults(&records, &key).await, [Fault::Escrow, Fault::Escrow]);
}

async fn faults(records: &SledRecords, key: &PublicKey) -> Vec<Fault> {
    let mut faults: Vec<_> = check(records, key).await.unwrap().faults.iter().map(|finding| finding.fault).collect();
    faults.sort();
    if faults.iter().all(|fault| *fault == Fault::Link) {
        faults.dedup();
    }
    faults
}
