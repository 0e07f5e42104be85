//! Partner organisations at their keyservers: who is vouched for reads the log and does nothing else, and nobody else learns anything.

use casevault_wire::codec::{Text, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{IdempotencyKey, OrganisationId};
use casevault_wire::keyserver::LogPage;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{SignedLogEntry, Statement};
use casevault_wire::partner::{PartnerStatement, SignedVoucher, Vouched, Voucher, VoucherRequest};
use casevault_wire::problem::Code;
use casevault_wire::request::Signer;
use casevault_wire::server::{ServerEntry, server_id};
use casevault_wire::signature::PublicKey;

use crate::world::{Answer, NOON, Ngo, Party, World, device, device_keys, key, person, sign};

/// The statement that names `other`, whose keyserver has this key.
pub fn names(other: &Ngo, keyserver: PublicKey) -> Statement {
    let entry = |key| ServerEntry { address: Text::new("http://127.0.0.1:1").unwrap(), key };
    Statement::AddPartner(PartnerStatement {
        partner: other.log.id(),
        fingerprint: other.log.fingerprint(),
        keyserver: entry(keyserver),
        vault: entry(keyserver),
    })
}

/// Two organisations of one keyserver. The first has confirmed the second as its partner, and the second the first.
pub async fn partners(world: &World) -> (Ngo, Ngo) {
    let (mut shelter, _) = Ngo::with_team(world, 2).await;
    let mut lawyers = Ngo::found(world.key, 1);
    world.send("POST", "/v1/organisations", None, encode(&lawyers.append())).await.done().unwrap();
    let (hers, theirs) = (lawyers.log.id(), shelter.log.id());
    let named = names(&shelter, world.key);
    shelter.state(world, 1, vec![names(&lawyers, world.key), Statement::ConfirmPartner(hers)]).await.unwrap();
    lawyers.state(world, 1, vec![named, Statement::ConfirmPartner(theirs)]).await.unwrap();
    (shelter, lawyers)
}

/// A request to read the log of `of`, by whoever has the key of device 1 and this voucher.
pub fn with_voucher(of: OrganisationId, voucher: &SignedVoucher) -> Party {
    let signer = Signer::Partner(Vouched::from(voucher));
    Party { organisation: of, signer, key: key(1), idempotency: IdempotencyKey([9; 16]) }
}

pub async fn voucher(world: &World, ngo: &Ngo, server: Hash) -> Result<SignedVoucher, Code> {
    world.post(&ngo.device(1), "/vouchers", &VoucherRequest { server }).await.value()
}

// Obeys R-8.8-4, R-8.8-5.
// Breaks R-8.8-4.
#[tokio::test]
async fn a_partner_with_a_voucher_reads_the_log_and_does_nothing_else() {
    let world = World::start().await;
    let (mut shelter, lawyers) = partners(&world).await;
    let voucher = voucher(&world, &lawyers, server_id(&world.key)).await.unwrap();
    let said = voucher.verify(&world.key).unwrap();
    assert_eq!((said.organisation, said.device, said.key), (lawyers.log.id(), device(1), device_keys(1).signing));
    assert_eq!(said.until, NOON.plus(limit::VOUCHER_LIFETIME));
    let guest = with_voucher(shelter.log.id(), &voucher);
    let page: LogPage = world.get(&guest, "/log?from=3").await.unwrap();
    assert_eq!(page.entries.as_slice(), &shelter.entries[3..]);
    for path in ["/key-packages", "/joins", "/feed?from=0"] {
        assert_eq!(world.get::<LogPage>(&guest, path).await.map(|_| ()), Err(Code::Refused), "{path}");
    }
    let other = VoucherRequest { server: Hash([3; 32]) };
    assert_eq!(world.post(&lawyers.device(1), "/vouchers", &other).await.done(), Err(Code::Refused), "no partner's server");
    assert_eq!(world.post(&guest, "/vouchers", &other).await.done(), Err(Code::Refused), "a guest is vouched for by nobody here");

    shelter.state(&world, 1, vec![Statement::RemovePartner(lawyers.log.id())]).await.unwrap();
    assert_eq!(world.get::<LogPage>(&guest, "/log?from=3").await, Err(Code::Refused), "a partner no longer");
}

// Breaks R-8.8-5.
#[tokio::test]
async fn a_voucher_is_good_for_its_server_its_hour_its_key_and_a_confirmed_partner() {
    let world = World::start().await;
    let (shelter, lawyers) = partners(&world).await;
    let good = voucher(&world, &lawyers, server_id(&world.key)).await.unwrap();
    let reads = async |party: Party| world.get::<LogPage>(&party, "/log?from=0").await.map(|_| ());
    let guest = with_voucher(shelter.log.id(), &good);
    assert_eq!(reads(guest.clone()).await, Ok(()));
    assert_eq!(reads(Party { key: key(2), ..guest.clone() }).await, Err(Code::Refused), "another key than the voucher names");

    let forged = |change: &dyn Fn(&mut Voucher), seed: u8| {
        let mut voucher = good.content;
        change(&mut voucher);
        let signature = sign(&key(seed), Label::PartnerVoucher, &voucher);
        with_voucher(shelter.log.id(), &SignedVoucher { content: voucher, signature })
    };
    // The keyserver's key in these tests has the seed 0xaa.
    assert_eq!(reads(forged(&|_| (), 0xaa)).await, Ok(()), "the forger has the right key");
    assert_eq!(reads(forged(&|_| (), 7)).await, Err(Code::Refused), "nobody's word");
    let bad: [&dyn Fn(&mut Voucher); 5] = [
        &|voucher| voucher.server = Hash([1; 32]),
        &|voucher| voucher.until = NOON,
        &|voucher| voucher.until = NOON.plus(2 * limit::VOUCHER_LIFETIME + 1),
        &|voucher| voucher.organisation = OrganisationId([5; 32]),
        &|voucher| voucher.organisation = shelter.log.id(),
    ];
    for change in bad {
        assert_eq!(reads(forged(change, 0xaa)).await, Err(Code::Refused));
    }
}

// Plays A27.
// Obeys R-8.8-6.
// Breaks R-8.8-6.
#[tokio::test]
async fn nobody_but_partners_can_tell_whether_an_organisation_or_anything_of_it_exists() {
    let world = World::start().await;
    let (shelter, lawyers) = partners(&world).await;
    let mut strangers = Ngo::found(world.key, 2);
    world.send("POST", "/v1/organisations", None, encode(&strangers.append())).await.done().unwrap();
    // They name the shelter as their partner; the shelter has not named them.
    let (known, named) = (shelter.log.id(), names(&shelter, world.key));
    let phone = Statement::AddDevice(person(1), device_keys(60));
    strangers.state(&world, 1, vec![named, Statement::ConfirmPartner(known), phone]).await.unwrap();
    let team = *shelter.log.teams().keys().next().unwrap();
    let theirs = voucher(&world, &strangers, server_id(&world.key)).await.unwrap();
    let nowhere = OrganisationId([0x77; 32]);
    let mut answers: Vec<Answer> = Vec::new();
    for organisation in [known, lawyers.log.id(), nowhere] {
        let unrelated = Party { organisation, ..strangers.device(60) };
        let vouched = with_voucher(organisation, &theirs);
        for party in [unrelated, vouched] {
            for path in ["/log?from=0", "/joins", &format!("/teams/{team}/commits?after=0")] {
                answers.push(world.call(&party, "GET", path, Vec::new()).await);
            }
            for path in ["/inbox", "/inbox/taken"] {
                answers.push(world.call(&party, "POST", &format!("/teams/{team}{path}"), vec![0; 9]).await);
            }
        }
        answers.push(world.send("GET", &format!("/v1/organisations/{organisation}/log?from=0"), None, Vec::new()).await);
    }
    for fingerprint in [Hash([1; 32]).to_string(), "1".into(), known.to_string()] {
        answers.push(world.send("GET", &format!("/v1/foundings/{fingerprint}"), None, Vec::new()).await);
    }
    for answer in &answers {
        assert_eq!(answer.done(), Err(Code::Refused));
        assert_eq!((answer.status, &answer.body), (answers[0].status, &answers[0].body));
    }
}

// Obeys R-8.8-3.
#[tokio::test]
async fn who_knows_the_fingerprint_of_a_root_reads_what_it_founded() {
    let world = World::start().await;
    let (shelter, _) = Ngo::with_team(&world, 2).await;
    let world = world.restart().await;
    let answer = world.send("GET", &format!("/v1/foundings/{}", shelter.log.fingerprint()), None, Vec::new()).await;
    answer.done().unwrap();
    assert_eq!(decode::<SignedLogEntry>(&answer.body, limit::LOG_ENTRY).unwrap(), shelter.entries[0]);
}
