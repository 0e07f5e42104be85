//! What is signed.

use std::fmt;

use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::feed::{FeedEvent, FeedItem, Freeze, SignedFeedItem};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DeviceId, IdempotencyKey, InvitationId, JournalId, Nonce, TeamId};
use casevault_wire::journal::{Head, VaultState};
use casevault_wire::keyserver::{Join, Refusal};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{LogHead, LogPosition, Organisation, SignedLogEntry, Statement};
use casevault_wire::partner::{Vouched, Voucher};
use casevault_wire::recovery::{Announcement, Opening};
use casevault_wire::request::{GrantSigner, Request, Signer, TeamSigner};
use casevault_wire::server::ServerKind;
use casevault_wire::signature::{Signable, Signature, Signed};
use casevault_wire::statistics::{Aggregator, Closing, Period, Share, Task, Terms};
use casevault_wire::time::Time;
use casevault_wire::vault::Switch;
use tls_codec::{Deserialize, Serialize, Size};

use super::{Artefact, KEY, artefact};
use crate::envelope::Envelope;
use crate::event::Recipient;
use crate::heads::HeadStatement;
use crate::identity::{DeviceIdentity, sign};
use crate::invitation::{Code, Destination};
use crate::journal::tests::world::{AMAL, Seeded, World};
use crate::journal::{Certificate, Header};
use crate::keys::{CaseKey, SigningKey};
use crate::secret::Secret;

fn key() -> SigningKey {
    SigningKey::from_seed(&Secret::new(KEY))
}

/// `content`, signed with the key of everything; its door is its type's.
fn of<T>(content: T) -> Artefact
where
    T: Signable + Serialize + Deserialize + Size + fmt::Debug + 'static,
{
    let public = key().public();
    let opens = move |bytes: &[u8]| decode::<Signed<T>>(bytes, limit::BODY).is_ok_and(|signed| signed.verify(&public).is_ok());
    artefact(T::LABEL, encode(&sign(&key(), content)), opens)
}

pub(super) fn statistics(label: Label) -> Artefact {
    let period = Period::parse("2026-Q1").unwrap_or_else(|| unreachable!());
    let terms = Terms { schema: Hash([1; 32]), cells: 3, weight: 2, deviation: 13, threshold: 25 };
    let part = |kind| Aggregator {
        organisation: World::new().organisation.id(),
        period,
        kind,
        operator: Text::default(),
        sealing_key: Opaque::default(),
        terms,
    };
    let task = Task { leader: part(ServerKind::Vault), helper: part(ServerKind::Keyserver) };
    match label {
        Label::Aggregator => of(task.leader),
        Label::StatisticsClosing => of(Closing { task, closed: List::default() }),
        Label::AggregateShare => of(Share {
            task: task.id(),
            kind: ServerKind::Vault,
            set: Hash([2; 32]),
            counted: 30,
            refused: 1,
            sum: Opaque::default(),
        }),
        other => unreachable!("{other:?} is of no statistics"),
    }
}

pub(super) fn structure(label: Label) -> Artefact {
    let world = World::new();
    let (organisation, team, device) = (world.organisation.id(), world.team, world.device(AMAL));
    let (log, journal, author) = (world.organisation.position(), JournalId([6; 16]), key().public());
    let position = LogPosition { length: 3, hash: Hash([4; 32]) };
    match label {
        Label::LogEntry => founding(&world),
        Label::LogHead => of(LogHead { organisation, position, time: Time(1) }),
        Label::FeedItem => of(feed_item(&world)),
        Label::JournalHeader => of(Header {
            journal,
            sequence: 2,
            previous: Hash([1; 32]),
            time: Time(1),
            class: 1,
            author,
            log,
            team_generation: 1,
            commitment: Hash([2; 32]),
        }),
        Label::AuthorCertificate => of(Certificate { organisation, team, journal, author, device, log }),
        Label::VaultState => {
            let head = Head { journal, length: 4, hash: Hash([3; 32]), generation: 1 };
            of(VaultState { organisation, team, change: 5, head, time: Time(1) })
        }
        Label::CommitRefusal => of(Refusal { team, epoch: 1, commit: Hash([5; 32]), device }),
        Label::DossierEnvelope => of(Envelope {
            organisation,
            team,
            dossier: journal,
            to: Recipient { organisation, team },
            generation: 1,
            key: CaseKey::new(Secret::new(KEY)),
            until: Time(2),
            time: Time(1),
            device,
            log,
        }),
        Label::HeadStatement => of(HeadStatement {
            organisation,
            team,
            sequence: 0,
            previous: Hash::ZERO,
            checkpoint: 1,
            device,
            log,
            words: List::default(),
        }),
        Label::PartnerVoucher => of(Voucher { organisation, device, key: author, server: Hash([7; 32]), until: Time(2) }),
        Label::RecoveryOpening => {
            let announced = Announcement { policy: Hash([8; 32]), team, device };
            of(Opening { organisation, announcement: Hash([9; 32]), announced })
        }
        other => unreachable!("{other:?} is no structure's"),
    }
}

/// A log entry is opened as the first of a log: its root stands in it, and its suite.
fn founding(world: &World) -> Artefact {
    let mut first = world.log[0].content.clone();
    let Statement::Found(founding) = &mut first.statement else { unreachable!("the first statement") };
    founding.root = key().public();
    let bytes = encode(&sign(&key(), first));
    // Before the salt of 16 bytes and the signature of 64.
    let version = bytes.len() - 64 - 16 - 2;
    let opens =
        |bytes: &[u8]| decode::<SignedLogEntry>(bytes, limit::LOG_ENTRY).is_ok_and(|entry| Organisation::found(&entry).is_ok());
    Artefact { version: Some(version), ..artefact(Label::LogEntry, bytes, opens) }
}

fn feed_item(world: &World) -> FeedItem {
    let event = FeedEvent::Freeze(Freeze { team: world.team, frozen: 1 });
    FeedItem { organisation: world.organisation.id(), sequence: 1, previous: Hash([1; 32]), time: Time(1), event }
}

pub(super) fn request(label: Label) -> Artefact {
    let (organisation, device) = (World::new().organisation.id(), DeviceId([1; 16]));
    let voucher = sign(&key(), Voucher { organisation, device, key: key().public(), server: Hash([7; 32]), until: Time(2) });
    let signer = match label {
        Label::TeamRequest => Signer::Team(TeamSigner { team: TeamId([2; 32]), generation: 1 }),
        Label::DeviceRequest => Signer::Device(device),
        Label::InvitationRequest => Signer::Invitation(InvitationId([1; 16])),
        Label::ServerRequest => Signer::Server(Hash([3; 32])),
        Label::GrantRequest => Signer::Grant(GrantSigner { team: TeamId([2; 32]), journal: JournalId([1; 16]) }),
        _ => Signer::Partner(Vouched::from(&voucher)),
    };
    let request = Request {
        server: Hash([4; 32]),
        method: Text::new("POST").unwrap(),
        path: Text::new("/v1/teams").unwrap(),
        query: Text::new("after=1").unwrap(),
        fields: Text::default(),
        body_digest: BlobDigest([5; 32]),
        body_length: 6,
        organisation,
        signer,
        nonce: Nonce([7; 16]),
        idempotency: IdempotencyKey([8; 16]),
    };
    let bytes = encode(&(request.clone(), key().sign(label, &request)));
    artefact(label, bytes, move |bytes| {
        let read = decode::<(Request, Signature)>(bytes, limit::BODY);
        read.is_ok_and(|(request, signature)| {
            request.signer.label() == label && request.verify(&key().public(), &signature).is_ok()
        })
    })
}

pub(super) fn possession() -> Artefact {
    let receipt: SignedFeedItem = sign(&key(), feed_item(&World::new()));
    let possession = key().sign(Label::AccessPossession, &receipt);
    artefact(Label::AccessPossession, encode(&Switch { receipt, possession }), |bytes| {
        let read = decode::<Switch>(bytes, limit::BODY);
        read.is_ok_and(|read| {
            let possessed = key().public().verify(Label::AccessPossession, &read.receipt, &read.possession);
            possessed.is_ok() && read.receipt.verify(&key().public()).is_ok()
        })
    })
}

pub(super) fn join() -> Artefact {
    let mut random = Seeded::new("join");
    let address = Text::new("https://server").unwrap();
    let destination = Destination {
        organisation: World::new().organisation.id(),
        fingerprint: Hash([2; 32]),
        keyserver: address.clone(),
        vault: address,
    };
    let code = Code::generate(destination, &mut random).unwrap();
    let inviter = DeviceIdentity::generate(&mut random).unwrap().public();
    let joining = DeviceIdentity { signing: key(), ..DeviceIdentity::generate(&mut random).unwrap() };
    let bytes = encode(&code.join(&inviter, &joining));
    artefact(Label::JoinRequest, bytes, move |bytes| {
        decode::<Join>(bytes, limit::BODY).is_ok_and(|join| code.verify(&inviter, &join).is_ok())
    })
}
