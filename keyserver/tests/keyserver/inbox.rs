//! Inboxes: who leaves envelopes, who reads and takes them, and how many wait for how long.

use casevault_keyserver::fsck::{Fault, check};
use casevault_service::keys::ServerKey;
use casevault_service::store::{Records, SledRecords, Write};
use casevault_wire::codec::{List, Opaque, encode};
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::{Delivered, Delivery, Inbox, Taken};
use casevault_wire::limit;
use casevault_wire::log::{Statement, TeamCreation, TeamKind, log_entry_hash};
use casevault_wire::problem::Code;
use casevault_wire::server::server_id;
use tempfile::TempDir;

use crate::partners::{names, partners, voucher, with_voucher};
use crate::world::{Ngo, Party, Team, World, device, person};

fn envelope(number: u16) -> Delivery {
    Delivery { generation: 1, sealed: Opaque::new([&number.to_be_bytes(), [7; 1400].as_slice()].concat()).unwrap() }
}

pub(crate) async fn leave(world: &World, by: &Party, team: Team, number: u16) -> Result<(), Code> {
    world.post(by, &team.path("/inbox"), &envelope(number)).await.done()
}

async fn read(world: &World, by: &Party, team: Team, from: u64) -> Result<Inbox, Code> {
    world.get(by, &team.path(&format!("/inbox?from={from}"))).await
}

async fn take(world: &World, by: &Party, team: Team, sequences: &[u64]) -> Result<(), Code> {
    let taken = Taken { sequences: List::new(sequences.to_vec()).unwrap() };
    world.post(by, &team.path("/inbox/taken"), &taken).await.done()
}

fn sequences(inbox: &Inbox) -> Vec<u64> {
    inbox.items.as_slice().iter().map(|item| item.sequence).collect()
}

fn first_team(ngo: &Ngo) -> Team {
    Team { id: *ngo.log.teams().keys().next().unwrap() }
}

/// Two organisations of one keyserver that are partners, the team of the first, and a device of the second with its voucher.
async fn sharing(world: &World) -> (Ngo, Ngo, Team, Party) {
    let (shelter, lawyers) = partners(world).await;
    let word = voucher(world, &lawyers, server_id(&world.key)).await.unwrap();
    let (team, guest) = (first_team(&shelter), with_voucher(shelter.log.id(), &word));
    (shelter, lawyers, team, guest)
}

// Obeys R-8.11-1, R-8.11-2, R-8.11-3, R-8.8-5.
#[tokio::test]
async fn what_colleagues_and_partners_leave_is_read_in_order_and_taken() {
    let world = World::start().await;
    let (shelter, lawyers, team, guest) = sharing(&world).await;
    let (administrator, member) = (shelter.device(1), shelter.device(2));
    assert_eq!(sequences(&read(&world, &member, team, 0).await.unwrap()), [0; 0]);
    for (by, number) in [(&administrator, 1), (&guest, 2), (&member, 3), (&guest, 4)] {
        assert_eq!(leave(&world, by, team, number).await, Ok(()));
        assert_eq!(leave(&world, by, team, number).await, Ok(()), "again is as good");
    }
    let inbox = read(&world, &member, team, 1).await.unwrap();
    assert_eq!((sequences(&inbox), inbox.more), (vec![1, 2, 3], 0));
    let second = Delivered { sequence: 1, organisation: lawyers.log.id(), delivery: envelope(2) };
    assert_eq!(inbox.items.as_slice()[0], second);
    assert_eq!(inbox.items.as_slice()[1].organisation, shelter.log.id());
    for _ in 0..2 {
        assert_eq!(take(&world, &member, team, &[0, 2, 77]).await, Ok(()), "again is as good");
        assert_eq!(sequences(&read(&world, &member, team, 0).await.unwrap()), [1, 3]);
    }
    assert_eq!(leave(&world, &guest, team, 1).await, Ok(()));
    let world = world.restart().await;
    let inbox = read(&world, &member, team, 0).await.unwrap();
    assert_eq!(sequences(&inbox), [1, 3, 4], "what was taken may be left anew, and numbers go on");
    assert_eq!(no_faults(world.stop().await).await, []);
}

// Breaks R-8.11-1, R-8.11-2, R-8.11-3, R-8.8-5.
#[tokio::test]
async fn nobody_else_leaves_reads_or_takes_anything() {
    let world = World::start().await;
    let (mut shelter, mut lawyers, team, guest) = sharing(&world).await;
    let other = Statement::CreateTeam(TeamCreation {
        kind: TeamKind::Cases,
        members: List::new(vec![person(1)]).unwrap(),
        salt: [4; 16],
    });
    shelter.state(&world, 1, vec![other]).await.unwrap();
    let others = Team { id: TeamId(log_entry_hash(shelter.entries.last().unwrap()).0) };
    let nowhere = Team { id: TeamId([4; 32]) };
    assert_eq!(leave(&world, &guest, team, 1).await, Ok(()));
    let mut refused = Vec::new();
    for by in [&shelter.device(2), &guest, &shelter.vault()] {
        refused.push(leave(&world, by, nowhere, 1).await);
        refused.push(read(&world, by, others, 0).await.map(|_| ()));
        refused.push(take(&world, by, others, &[0]).await);
    }
    for by in [&shelter.device(1), &guest, &shelter.vault(), &shelter.device(40)] {
        refused.push(read(&world, by, team, 0).await.map(|_| ()));
        refused.push(take(&world, by, team, &[0]).await);
    }
    refused.push(leave(&world, &shelter.vault(), team, 2).await);
    let unvouched = Party { organisation: shelter.log.id(), ..lawyers.device(1) };
    refused.push(leave(&world, &Party { signer: lawyers.device(3).signer, ..unvouched }, team, 2).await);
    // Named by the lawyers and by nobody in the shelter.
    let named = vec![Statement::RemovePartner(shelter.log.id()), names(&shelter, world.key)];
    lawyers.state(&world, 1, named).await.unwrap();
    let back = voucher(&world, &shelter, server_id(&world.key)).await.unwrap();
    let unconfirmed = with_voucher(lawyers.log.id(), &back);
    refused.push(leave(&world, &unconfirmed, nowhere, 2).await);
    shelter.state(&world, 1, vec![Statement::RemovePartner(lawyers.log.id())]).await.unwrap();
    refused.push(leave(&world, &guest, team, 2).await);
    for (number, outcome) in refused.iter().enumerate() {
        assert_eq!(*outcome, Err(Code::Refused), "{number}");
    }
    assert_eq!(sequences(&read(&world, &shelter.device(2), team, 0).await.unwrap()), [0], "what a former partner left stays");
    shelter.state(&world, 1, vec![Statement::RevokeDevice(device(2))]).await.unwrap();
    let removed = shelter.device(2);
    assert_eq!(leave(&world, &removed, team, 2).await, Err(Code::Refused));
    assert_eq!(read(&world, &removed, team, 0).await, Err(Code::Refused));
    assert_eq!(take(&world, &removed, team, &[0]).await, Err(Code::Refused));
}

// Breaks R-8.11-1.
#[tokio::test]
async fn an_envelope_has_a_longest_form() {
    let world = World::start().await;
    let (shelter, _, team, _) = sharing(&world).await;
    let (member, path) = (shelter.device(2), team.path("/inbox"));
    let longest = Delivery { generation: 1, sealed: Opaque::new(vec![7; limit::ENVELOPE]).unwrap() };
    assert_eq!(world.post(&member, &path, &longest).await.done(), Ok(()));
    let mut longer = encode(&longest);
    longer.push(0);
    assert_eq!(world.call(&member, "POST", &path, longer).await.done(), Err(Code::Malformed));
    assert_eq!(world.call(&member, "POST", &path, vec![0; 4096]).await.done(), Err(Code::TooLarge));
    assert_eq!(world.get::<Inbox>(&member, &team.path("/inbox?after=0")).await, Err(Code::Malformed));
}

// Breaks R-8.11-1, R-8.11-3.
#[tokio::test]
async fn so_many_wait_for_so_long() {
    let world = World::start().await;
    let (shelter, _, team, guest) = sharing(&world).await;
    let member = shelter.device(2);
    let partners = u16::try_from(limit::INBOX_PARTNER).unwrap();
    for number in 0..partners {
        assert_eq!(leave(&world, &guest, team, number).await, Ok(()));
    }
    assert_eq!(leave(&world, &guest, team, partners).await, Err(Code::Busy), "a partner's share is used up");
    assert_eq!(leave(&world, &guest, team, 0).await, Ok(()), "what waits already is acknowledged");
    let all = u16::try_from(limit::INBOX).unwrap();
    for number in partners..all {
        assert_eq!(leave(&world, &member, team, number).await, Ok(()));
    }
    assert_eq!(leave(&world, &member, team, all).await, Err(Code::Busy));
    let page = read(&world, &member, team, 100).await.unwrap();
    assert_eq!((sequences(&page), page.more), ((100..100 + limit::INBOX_PAGE as u64).collect(), 1));
    assert_eq!(take(&world, &member, team, &[0]).await, Ok(()));
    assert_eq!(leave(&world, &guest, team, partners).await, Ok(()), "there is room again");
    world.clock.advance(limit::INBOX_LIFETIME - 1);
    assert_eq!(sequences(&read(&world, &member, team, 0).await.unwrap()).len(), limit::INBOX_PAGE);
    world.clock.advance(1);
    assert_eq!(sequences(&read(&world, &member, team, 0).await.unwrap()), [0; 0]);
    assert_eq!(leave(&world, &member, team, 7).await, Ok(()));
    assert_eq!(sequences(&read(&world, &member, team, 0).await.unwrap()), [1025]);
    let directory = world.stop().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    assert_eq!(records.scan(&[20], &[21], usize::MAX).await.unwrap().len(), 1, "nothing else is left");
    drop(records);
    assert_eq!(no_faults(directory).await, []);
}

async fn no_faults(directory: TempDir) -> Vec<Fault> {
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    found(&records).await
}

async fn found(records: &SledRecords) -> Vec<Fault> {
    let report = check(records, ServerKey::from_seed(&[0xaa; 32]).public()).await.unwrap();
    report.faults.iter().map(|finding| finding.fault).collect()
}

#[tokio::test]
async fn a_backup_has_what_waits() {
    let world = World::start().await;
    let (shelter, _, team, guest) = sharing(&world).await;
    leave(&world, &guest, team, 1).await.unwrap();
    let before = read(&world, &shelter.device(2), team, 0).await.unwrap();
    let world = world.restored().await;
    assert_eq!(read(&world, &shelter.device(2), team, 0).await, Ok(before));
    assert_eq!(leave(&world, &guest, team, 1).await, Ok(()));
    assert_eq!(sequences(&read(&world, &shelter.device(2), team, 0).await.unwrap()), [0], "it waits already");
}

#[tokio::test]
async fn broken_inboxes_are_found() {
    let world = World::start().await;
    let (_, _, team, guest) = sharing(&world).await;
    for number in 0..3 {
        leave(&world, &guest, team, number).await.unwrap();
    }
    let directory = world.stop().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    let all = records.scan(&[19], &[21], usize::MAX).await.unwrap();
    assert_eq!(all.len(), 4);
    for (name, value) in &all {
        for broken in [None, Some([value.as_slice(), &[0]].concat()), Some([&[9], &value[1..]].concat())] {
            let delete = if broken.is_none() { vec![name.clone()] } else { Vec::new() };
            let put = broken.into_iter().map(|broken| (name.clone(), broken)).collect();
            records.write(Write { put, delete, ..Write::default() }).await.unwrap();
            let found = found(&records).await;
            // Another next number is no fault as long as it is above all that wait.
            assert!(found.contains(&Fault::Inbox) || found.contains(&Fault::Form) || name[0] == 19, "{found:?}");
            records.write(Write { put: vec![(name.clone(), value.clone())], ..Write::default() }).await.unwrap();
        }
    }
    assert_eq!(found(&records).await, []);
}
