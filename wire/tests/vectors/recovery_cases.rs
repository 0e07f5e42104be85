//! What the vectors of the organisation log say of recovery.

use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId, RecoveryPolicyId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{LogError, Role, Statement, TeamKind, log_entry_hash};
use casevault_wire::recovery::{Announcement, Opening, RecoveryPolicy, Trustee, policy_hash};
use casevault_wire::signature::{PublicKey, Signature, Signed, signed_content};
use casevault_wire::time::Time;
use ed25519_dalek::Signer as _;

use super::log_cases::{Case, case};
use super::organisation::{Log, Working, device, founded, keys, pair, person, team, working};

const POLICY: &str = "R-8.9-1";
const IN_FORCE: &str = "R-8.9-2";
const ANNOUNCED: &str = "R-8.9-7";
const OPENED: &str = "R-8.9-8";
const AUTHOR: &str = "R-8.1-3";

/// A policy of `people`, two of whom can open.
pub fn policy(id: u8, people: &[&str]) -> RecoveryPolicy {
    let trustee = |(n, name): (usize, &&str)| Trustee { person: person(name), commitment: Hash([n as u8 + 1; 32]) };
    RecoveryPolicy {
        id: RecoveryPolicyId([id; 8]),
        sealing_key: Opaque::new(vec![id; limit::SEALING_KEY]).unwrap(),
        signing_key: signing_key(id),
        threshold: 2,
        trustees: List::new(people.iter().enumerate().map(trustee).collect()).unwrap(),
        delay: 259_200_000,
        until: Time(1_900_000_000_000),
    }
}

fn signing_key(id: u8) -> PublicKey {
    PublicKey(pair(&format!("recovery {id}")).verifying_key().to_bytes())
}

fn stated(policy: &RecoveryPolicy) -> Statement {
    Statement::RecoveryPolicy(policy.clone())
}

fn approved(policy: &RecoveryPolicy) -> Statement {
    Statement::ApproveRecoveryPolicy(policy_hash(policy))
}

/// A working organisation with two administrators, and a team that chose recovery, of the worker.
struct Recoverable {
    log: Log,
    cases: TeamId,
    team: TeamId,
    policy: RecoveryPolicy,
}

fn recoverable() -> Recoverable {
    let Working { log, team: cases, .. } = working();
    let log = log.enrol("deputy", Role::Administrator).with("admin", team(TeamKind::RecoverableCases, &["worker"]));
    let team = log.last_team();
    Recoverable { log, cases, team, policy: policy(1, &["other", "analyst", "deputy"]) }
}

impl Recoverable {
    /// With the policy in force.
    fn in_force(self) -> Self {
        let log = self.log.with("admin", stated(&self.policy)).with("deputy", approved(&self.policy));
        Self { log, ..self }
    }

    fn announcement(&self) -> Announcement {
        Announcement { policy: policy_hash(&self.policy), team: self.team, device: device("worker") }
    }

    fn announced(self, by: &str) -> Self {
        let statement = Statement::AnnounceRecovery(self.announcement());
        Self { log: self.log.with(by, statement), ..self }
    }

    /// The last entry, which announced.
    fn last(&self) -> Hash {
        log_entry_hash(self.log.entries.last().unwrap())
    }

    fn opening(&self, announcement: Hash) -> Opening {
        let organisation = OrganisationId(log_entry_hash(&self.log.entries[0]).0);
        Opening { organisation, announcement, announced: self.announcement() }
    }
}

fn opened(key: &str, opening: Opening) -> Statement {
    let signature = Signature(pair(key).sign(&signed_content(Label::RecoveryOpening, &opening)).to_bytes());
    Statement::RecoveryOpened(Signed { content: opening, signature })
}

/// All of them.
pub fn all() -> Vec<Case> {
    [policies(), approvals(), replacements(), announcements(), openings(), contents_of_openings(), authors()]
        .into_iter()
        .flatten()
        .collect()
}

fn policies() -> Vec<Case> {
    let by_admin = |policy: &RecoveryPolicy| recoverable().log.with("admin", stated(policy));
    let good = policy(1, &["other", "analyst", "deputy"]);
    let with = |change: &dyn Fn(&mut RecoveryPolicy)| {
        let mut policy = good.clone();
        change(&mut policy);
        by_admin(&policy)
    };
    let twice = List::new(vec![good.trustees.as_slice()[0]; 2]).unwrap();
    let mut alike = good.trustees.as_slice().to_vec();
    alike[1].commitment = alike[0].commitment;
    let again = policy(1, &["other", "deputy"]);
    let key_again = RecoveryPolicy { signing_key: good.signing_key, ..policy(2, &["other", "deputy"]) };
    vec![
        case(POLICY, true, "recovery-policy", "two of three trustees", by_admin(&good)),
        case(POLICY, true, "recovery-policy-all", "all of three", with(&|policy| policy.threshold = 3)),
        case(POLICY, false, "recovery-policy-one", "one trustee alone", with(&|policy| policy.threshold = 1)),
        case(POLICY, false, "recovery-policy-none", "no trustee at all", with(&|policy| policy.threshold = 0)),
        case(POLICY, false, "recovery-policy-more", "more than there are", with(&|policy| policy.threshold = 4)),
        case(POLICY, false, "recovery-policy-nobody", "a trustee who is not there", by_admin(&policy(1, &["other", "nobody"]))),
        case(POLICY, false, "recovery-policy-twice", "one trustee twice", with(&|policy| policy.trustees = twice.clone())),
        case(
            POLICY,
            false,
            "recovery-policy-alike",
            "two shares alike",
            with(&|policy| policy.trustees = List::new(alike.clone()).unwrap()),
        ),
        case(
            POLICY,
            false,
            "recovery-policy-short-key",
            "a sealing key that is too short",
            with(&|policy| policy.sealing_key = Opaque::new(vec![1; limit::SEALING_KEY - 1]).unwrap()),
        ),
        case(
            POLICY,
            false,
            "recovery-policy-device-key",
            "a device's key signs",
            with(&|policy| policy.signing_key = keys("admin").signing),
        ),
        case(
            POLICY,
            false,
            "recovery-policy-root-key",
            "the root signs",
            with(&|policy| policy.signing_key = PublicKey(pair("root").verifying_key().to_bytes())),
        ),
        case(POLICY, false, "recovery-policy-id-again", "an id again", by_admin(&good).with("admin", stated(&again))),
        case(
            POLICY,
            false,
            "recovery-policy-key-again",
            "a signing key again",
            by_admin(&good).with("admin", stated(&key_again)),
        ),
    ]
}

/// Whether a policy is in force shows in whether a recovery under it can be announced.
fn announce(log: Log, policy: &RecoveryPolicy) -> Log {
    let announcement = Announcement { policy: policy_hash(policy), ..recoverable().announcement() };
    log.with("admin", Statement::AnnounceRecovery(announcement))
}

/// Approved, or not.
fn approvals() -> Vec<Case> {
    let world = recoverable();
    let (first, second) = (world.policy.clone(), policy(2, &["other", "deputy"]));
    let stated_alone = world.log.clone().with("admin", stated(&first));
    let in_force = stated_alone.clone().with("deputy", approved(&first));
    let alone = founded().enrol("worker", Role::Caseworker).with("admin", team(TeamKind::RecoverableCases, &["worker"]));
    let lone = policy(1, &["admin", "worker"]);
    let of_lone = Announcement { policy: policy_hash(&lone), team: alone.last_team(), device: device("worker") };
    let demoted = stated_alone.clone().enrol("third", Role::Administrator);
    let demoted = demoted.with("third", Statement::SetRole(person("admin"), Role::Caseworker)).with("deputy", approved(&first));
    vec![
        case(IN_FORCE, true, "recovery-approved", "stated by one administrator, approved by another", announce(in_force, &first)),
        case(
            IN_FORCE,
            false,
            "recovery-not-approved",
            "stated by one of two administrators",
            announce(stated_alone.clone(), &first),
        ),
        case(
            IN_FORCE,
            false,
            "recovery-approved-by-author",
            "approved by who stated it",
            stated_alone.clone().with("admin", approved(&first)),
        ),
        case(
            IN_FORCE,
            false,
            "recovery-approved-again",
            "approved when it is in force",
            stated_alone.clone().with("deputy", approved(&first)).with("deputy", approved(&first)),
        ),
        case(
            IN_FORCE,
            false,
            "recovery-approved-unknown",
            "nobody stated it",
            stated_alone.clone().with("deputy", approved(&second)),
        ),
        case(
            IN_FORCE,
            true,
            "recovery-only-administrator",
            "stated by the only administrator",
            alone.with("admin", stated(&lone)).with("admin", Statement::AnnounceRecovery(of_lone)),
        ),
        case(
            IN_FORCE,
            false,
            "recovery-author-demoted",
            "who stated it administers no more when another approves it",
            demoted.with("deputy", Statement::AnnounceRecovery(world.announcement())),
        ),
    ]
}

/// One policy after another.
fn replacements() -> Vec<Case> {
    let world = recoverable();
    let (first, second) = (world.policy.clone(), policy(2, &["other", "deputy"]));
    let stated_alone = world.log.with("admin", stated(&first));
    let waiting = stated_alone.clone().with("deputy", approved(&first)).with("admin", stated(&second));
    let replaced = waiting.clone().with("deputy", approved(&second));
    vec![
        case(IN_FORCE, true, "recovery-stays", "another policy waits", announce(waiting.clone(), &first)),
        case(IN_FORCE, false, "recovery-waits", "the one that waits is not in force", announce(waiting, &second)),
        case(IN_FORCE, true, "recovery-replaced", "another came into force", announce(replaced.clone(), &second)),
        case(IN_FORCE, false, "recovery-ended", "the one before has ended", announce(replaced.clone(), &first)),
        case(
            IN_FORCE,
            false,
            "recovery-waiting-ended",
            "what waited when another came into force has ended",
            stated_alone.with("admin", stated(&second)).with("deputy", approved(&second)).with("deputy", approved(&first)),
        ),
    ]
}

fn announcements() -> Vec<Case> {
    let world = || recoverable().in_force();
    let with = |change: &dyn Fn(&mut Announcement)| {
        let world = world();
        let mut announcement = world.announcement();
        change(&mut announcement);
        world.log.with("admin", Statement::AnnounceRecovery(announcement))
    };
    let pending = world().announced("admin");
    let cancel = |hash: Hash| Statement::CancelRecovery(hash);
    let announcement = pending.last();
    let replacing = policy(2, &["other", "deputy"]);
    let cases = world().cases;
    vec![
        case(ANNOUNCED, true, "recovery-announced", "a team that chose recovery", world().announced("admin").log),
        case(
            ANNOUNCED,
            false,
            "recovery-announced-twice",
            "announced already",
            world().announced("admin").announced("other").log,
        ),
        case(ANNOUNCED, false, "recovery-not-chosen", "a team that did not", with(&|said| said.team = cases)),
        case(ANNOUNCED, false, "recovery-other-device", "another's device", with(&|said| said.device = device("other"))),
        case(ANNOUNCED, false, "recovery-no-device", "no device", with(&|said| said.device = DeviceId([9; 16]))),
        case(ANNOUNCED, false, "recovery-no-policy", "no policy", with(&|said| said.policy = Hash([9; 32]))),
        case(
            ANNOUNCED,
            true,
            "recovery-announced-again",
            "announced again after it was cancelled",
            Recoverable { log: pending.log.clone().with("deputy", cancel(announcement)), ..world() }.announced("other").log,
        ),
        case(
            ANNOUNCED,
            false,
            "recovery-cancelled-twice",
            "cancelled twice",
            pending.log.clone().with("deputy", cancel(announcement)).with("admin", cancel(announcement)),
        ),
        case(
            ANNOUNCED,
            false,
            "recovery-cancelled-by-policy",
            "another policy came into force",
            pending
                .log
                .clone()
                .with("admin", stated(&replacing))
                .with("deputy", approved(&replacing))
                .with("admin", cancel(announcement)),
        ),
    ]
}

/// A recovery that is pending, and what opens it.
struct Pending {
    world: Recoverable,
    announcement: Hash,
    opening: Opening,
}

fn pending() -> Pending {
    let world = recoverable().in_force().announced("other");
    let announcement = world.last();
    let opening = world.opening(announcement);
    Pending { world, announcement, opening }
}

impl Pending {
    /// The log with `statement` by the announced device.
    fn by_worker(&self, statement: Statement) -> Log {
        self.world.log.clone().with("worker", statement)
    }

    /// The log with the opening, changed before it is signed.
    fn with(&self, change: &dyn Fn(&mut Opening)) -> Log {
        let mut opening = self.opening;
        change(&mut opening);
        self.by_worker(opened("recovery 1", opening))
    }
}

/// Who has signed an opening.
fn openings() -> Vec<Case> {
    let pending = pending();
    let opening = pending.opening;
    vec![
        case(OPENED, true, "recovery-opened", "signed by the policy's key", pending.with(&|_| ())),
        case(OPENED, false, "recovery-opened-by-root", "signed by the root", pending.by_worker(opened("root", opening))),
        case(
            OPENED,
            false,
            "recovery-opened-by-administrator",
            "signed by an administrator",
            pending.by_worker(opened("admin signing", opening)),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-by-device",
            "signed by the device itself",
            pending.by_worker(opened("worker signing", opening)),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-by-other-policy",
            "by another policy's key",
            pending.by_worker(opened("recovery 2", opening)),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-twice",
            "opened already",
            pending.with(&|_| ()).with("worker", opened("recovery 1", opening)),
        ),
    ]
}

/// What an opening says, and when.
fn contents_of_openings() -> Vec<Case> {
    let pending = pending();
    let Pending { world, announcement, opening } = &pending;
    let (announcement, opening) = (*announcement, *opening);
    let second = |name: &str| world.log.clone().with("admin", Statement::AddToTeam(world.team, person(name)));
    vec![
        case(
            OPENED,
            false,
            "recovery-opened-unannounced",
            "never announced",
            pending.with(&|opening| opening.announcement = Hash([9; 32])),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-elsewhere",
            "of another organisation",
            pending.with(&|opening| opening.organisation = OrganisationId([9; 32])),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-other-team",
            "of another team",
            pending.with(&|opening| opening.announced.team = world.cases),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-other-device",
            "by another device of the team than was announced",
            second("other").with("other", opened("recovery 1", opening)),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-cancelled",
            "cancelled before",
            world
                .log
                .clone()
                .with("deputy", Statement::CancelRecovery(announcement))
                .with("worker", opened("recovery 1", opening)),
        ),
        case(
            OPENED,
            false,
            "recovery-opened-left",
            "by a device that has left the team",
            world
                .log
                .clone()
                .with("admin", Statement::RemoveFromTeam(world.team, person("worker")))
                .with("worker", opened("recovery 1", opening)),
        ),
    ]
}

/// The rows of the table of R-8.1-3 that are about recovery. The caseworker who is no member and the analyst are trustees.
fn authors() -> Vec<Case> {
    let waiting = recoverable();
    let waiting = Recoverable { log: waiting.log.clone().with("deputy", stated(&waiting.policy)), ..waiting };
    let (announced, in_force) = (recoverable().in_force().announced("deputy"), recoverable().in_force());
    let strangers = policy(1, &["admin", "deputy"]);
    let untrusted = recoverable().log.with("admin", stated(&strangers)).with("deputy", approved(&strangers));
    let of_strangers = Announcement { policy: policy_hash(&strangers), ..in_force.announcement() };
    let rows: Vec<(&str, Log, Statement, [bool; 4])> = vec![
        ("policy", recoverable().log, stated(&waiting.policy), [true, false, false, false]),
        ("approve", waiting.log.clone(), approved(&waiting.policy), [true, false, false, false]),
        ("announce", in_force.log.clone(), Statement::AnnounceRecovery(in_force.announcement()), [true, false, true, true]),
        ("announce-untrusted", untrusted, Statement::AnnounceRecovery(of_strangers), [true, false, false, false]),
        ("cancel", announced.log.clone(), Statement::CancelRecovery(announced.last()), [true, true, true, true]),
    ];
    let authors = ["admin", "worker", "other", "analyst"];
    let who = ["an administrator", "a member of the team", "a caseworker who is not in the team", "an analyst"];
    let mut cases = Vec::new();
    for (row, log, statement, allowed) in rows {
        for ((author, who), valid) in authors.into_iter().zip(who).zip(allowed) {
            let log = log.clone().with(author, statement.clone());
            cases.push(case(AUTHOR, valid, &format!("role-recovery-{row}-{author}"), &format!("{row} by {who}"), log));
        }
    }
    cases
}

/// The log as a keyserver would have it that wants everybody to seal to a key of its own.
fn tempted(change: impl FnOnce(Log) -> Log) -> Result<(), LogError> {
    let entries = change(recoverable().in_force().log).entries;
    let (first, rest) = entries.split_first().unwrap();
    let (last, middle) = rest.split_last().unwrap();
    let mut organisation = casevault_wire::log::Organisation::found(first).unwrap();
    middle.iter().for_each(|entry| organisation.apply(entry).unwrap());
    let before = organisation.recovery().in_force().map(|(hash, _)| hash);
    let outcome = organisation.apply(last);
    assert_eq!(organisation.recovery().in_force().map(|(hash, _)| hash), before, "the policy is what it was");
    outcome
}

// Plays A16.
#[test]
fn a_keyservers_own_policy_is_never_in_force() {
    let own = policy(7, &["other", "deputy"]);
    let forged = |signer: &str, author: &str| {
        let (signer, author) = (signer.to_owned(), author.to_owned());
        let own = own.clone();
        tempted(move |mut log| {
            let entry = log.next(&author, stated(&own));
            log.entries.push(super::organisation::sign_as(&pair(&signer), Label::LogEntry, entry));
            log
        })
    };
    assert_eq!(forged("keyserver", "admin"), Err(LogError::Signature), "signed by the server");
    assert_eq!(forged("root", super::organisation::ROOT), Err(LogError::Role), "the root is no administrator");
    assert_eq!(forged("worker signing", "worker"), Err(LogError::Role), "a caseworker in its pay");
    assert_eq!(forged("admin signing", "admin"), Ok(()), "an administrator in its pay: it waits, and everybody sees it");
    let twice = tempted(|log| log.with("admin", stated(&own)).with("admin", approved(&own)));
    assert_eq!(twice, Err(LogError::State), "one administrator is one, however often");
    let helped = tempted(|log| log.with("admin", stated(&own)).with("worker", approved(&own)));
    assert_eq!(helped, Err(LogError::Role), "approved by who may not");
}
