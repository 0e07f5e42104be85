//! Whoever has a device of one of the two teams makes a bundle that says more than is true; both verifiers say what is wrong with it.

use std::path::Path;

use casevault_crypto::content::Sha256;
use casevault_crypto::event::{Body, CopyMade, EvidenceExported, How, PageBox, VersionNamed, class};
use casevault_crypto::evidence::{
    CHAIN, CUSTODY, Custody, EXPORT, History, LOG, LOG_RECIPIENT, MANIFESTS, ShownEvent, encode_chain, encode_events,
};
use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::journal::{Certificate, Header, Opening, Place, header_hash};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::random::SystemRandom;
use casevault_tests::bundle::{self, Copy, Said, chain, events, files, organisation, ours, theirs};
use casevault_tests::written::identity;
use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DocumentId, TeamId};
use casevault_wire::log::LogPosition;
use ring::digest::{SHA256, digest};

use super::Both;

/// One side, as somebody with a device of it signs whatever they like.
struct Pen {
    place: Place,
    key: SigningKey,
    device: DeviceIdentity,
    log: LogPosition,
}

impl Pen {
    fn of(profile: &Path, place: Place, log: &[u8]) -> Self {
        let key = SigningKey::generate(&mut SystemRandom).unwrap();
        Self { place, key, device: identity(profile), log: organisation(&bundle::log(log)).position() }
    }

    /// Appends a certificate and an event, shown.
    fn write(&self, after: &mut Vec<ShownEvent>, previous: Option<ShownEvent>, body: Body) {
        let Place { organisation, team, journal } = self.place;
        let (author, device, log) = (self.key.public(), self.device.id(), self.log);
        let certificate = sign(&self.device.signing, Certificate { organisation, team, journal, author, device, log });
        let mut last = previous;
        for body in [Body::AuthorCertificate(certificate), body] {
            let before = last.as_ref().map(|event: &ShownEvent| &event.header);
            let opening = Opening { salt: [7; 32], body: Opaque::new(body.encode()).unwrap() };
            let header = Header {
                journal,
                sequence: before.map_or(0, |header| header.content.sequence + 1),
                previous: before.map_or(Hash::ZERO, header_hash),
                time: before.map_or_else(Default::default, |header| header.content.time),
                class: body.class(),
                author,
                log,
                team_generation: 1 << 40,
                commitment: opening.commitment(),
            };
            let event = ShownEvent { header: sign(&self.key, header), opening: Some(opening) };
            after.push(event.clone());
            last = Some(event);
        }
    }
}

/// What both say of a bundle whose manifests were made anew.
fn both_say(copy: &Copy) -> [Said; 2] {
    copy.list_anew();
    [ours(&copy.root), theirs(&copy.root)]
}

/// That both verifiers name this file, one of them with these words.
fn refused(what: &str, said: &[Said; 2], (file, words): (&str, &str)) {
    for one in said {
        assert!(!one.is_valid() && one.named().contains(&file), "{what}: {}", one.answer);
    }
    assert!(said[0].answer.to_string().contains(words), "{what}: {}", said[0].answer);
}

/// What a recipient, or a sender, adds to the truth.
pub(super) fn is_refused(both: &Both, bundle: &Path) {
    let whole = files(bundle);
    let copy = |name: &str| Copy::make(bundle.with_file_name(name), &whole);
    let (place, chain) = chain(&whole[CHAIN]);
    let at = |class: u16| chain.iter().position(|event| event.header.content.class == class).unwrap();
    let made = Body::decode(class::DOSSIER_MADE, chain[at(class::DOSSIER_MADE)].opening.as_ref().unwrap().body.as_slice());
    let Body::DossierMade(made) = made else { panic!("{made:?}") };
    let guest = Place { organisation: made.to.organisation, team: made.to.team, ..place };
    let nadia = Pen::of(&both.theirs.profile("Nadia"), guest, &whole[LOG_RECIPIENT]);
    let dana = Pen::of(&both.hers.profile("Dana"), place, &whole[LOG]);
    let added = &chain[at(class::DOCUMENT_ADDED)].opening.as_ref().unwrap().body;
    let document = || Body::decode(class::DOCUMENT_ADDED, added.as_slice());

    let forged = copy("the recipient's document");
    let mut longer = chain.clone();
    nadia.write(&mut longer, chain.last().cloned(), document());
    forged.write(CHAIN, &encode_chain(&place, &longer));
    refused("a recipient says that it was shared with them", &both_say(&forged), (CHAIN, "the recipient's side added"));

    let forged = copy("a case");
    let mut less = chain.clone();
    less[at(class::DOSSIER_MADE)].opening = None;
    forged.write(CHAIN, &encode_chain(&place, &less));
    refused("a dossier passed off as a case", &both_say(&forged), (CHAIN, "has to be shown"));

    let forged = copy("no documents");
    let mut less = chain.clone();
    less[at(class::DOCUMENT_ADDED)].opening = None;
    forged.write(CHAIN, &encode_chain(&place, &less));
    forged.remove("data/documents/001-passport.txt");
    refused("a bundle of nothing", &both_say(&forged), (CHAIN, "has no documents"));

    statements(both, (&copy("the recipient's redaction"), &place, &chain), document());

    let forged = copy("by the sender");
    let exported = Body::decode(class::EVIDENCE_EXPORTED, last_body(&whole[EXPORT]).as_slice());
    let Body::EvidenceExported(exported) = exported else { panic!("{exported:?}") };
    let export = |manifest| EvidenceExported { documents: List::new(exported.documents.as_slice().to_vec()).unwrap(), manifest };
    let manifest = Sha256(digest(&SHA256, &whole[MANIFESTS[0]]).as_ref().try_into().unwrap());
    let mut tail = Vec::new();
    dana.write(&mut tail, chain.last().cloned(), export(manifest).into());
    forged.write(EXPORT, &encode_events(&tail));
    refused("a sender alone says that they shared", &both_say(&forged), (EXPORT, "not by the team"));
}

/// A recipient says that the document is a redacted copy of something, and that something with a hash of their own is what it was made of: it is in
/// the chain, and neither verifier takes it for a statement of redaction.
fn statements(both: &Both, (forged, place, chain): (&Copy, &Place, &[ShownEvent]), added: Body) {
    let Some(version) = added.version() else { panic!("{added:?}") };
    let guest = Place { organisation: organisation(&bundle::log(&forged.read(LOG_RECIPIENT))).id(), ..*place };
    let to = made_for(chain);
    let pen = || Pen::of(&both.theirs.profile("Nadia"), Place { team: to, ..guest }, &forged.read(LOG_RECIPIENT));
    let exhibit = VersionNamed { document: version.document, version: version.version, digest: version.seal.digest };
    let other = VersionNamed { document: DocumentId([7; 16]), ..exhibit };
    let page = List::new(vec![PageBox { page: 1, x: 0, y: 0, width: 9, height: 9 }]).unwrap();
    let mut longer = chain.to_vec();
    for (copy, original) in [(exhibit, other), (other, exhibit)] {
        let made = CopyMade { copy, original, sha256: Sha256([9; 32]), how: How::Redacted, pages: 1, boxes: page.clone() };
        let last = longer.last().cloned();
        pen().write(&mut longer, last, made.into());
    }
    forged.write(CHAIN, &encode_chain(place, &longer));
    let logs = [LOG, LOG_RECIPIENT].map(|file| organisation(&bundle::log(&forged.read(file))));
    let mut history = History::new(&logs[0], Some(&logs[1]), place);
    history.take_all(&longer).unwrap();
    Custody::of(&history).files().iter().for_each(|(path, bytes)| forged.write(path, bytes));
    forged.list_anew();
    let manifest = Sha256(digest(&SHA256, &forged.read(MANIFESTS[0])).as_ref().try_into().unwrap());
    let documents = List::new(history.exhibits.iter().map(|exhibit| exhibit.named()).collect()).unwrap();
    let mut tail = Vec::new();
    pen().write(&mut tail, longer.last().cloned(), EvidenceExported { documents, manifest }.into());
    forged.write(EXPORT, &encode_events(&tail));
    for said in both_say(forged) {
        assert!(said.is_valid(), "the chain says so: {}", said.answer);
    }
    let words = forged.text(CUSTODY);
    assert!(words.contains("copy-made") && words.contains("\"copies\": []") && !words.contains(&"09".repeat(32)), "{words}");
}

/// The team that a dossier is for.
fn made_for(chain: &[ShownEvent]) -> TeamId {
    let shown = chain.iter().filter_map(|event| Some((event.header.content.class, event.opening.as_ref()?)));
    let made = shown.map(|(class, opening)| Body::decode(class, opening.body.as_slice())).find_map(|body| match body {
        Body::DossierMade(made) => Some(made.to.team),
        _ => None,
    });
    made.expect("a dossier")
}

fn last_body(bytes: &[u8]) -> Vec<u8> {
    events(bytes).last().unwrap().opening.as_ref().unwrap().body.as_slice().to_vec()
}
