//! What leaves a team for another one, by the programs: to a partner organisation that helps, and to lawyers who make evidence of it for a
//! court. Whoever gets something gets that and nothing else, and no longer than was said.

#[path = "referral/forged.rs"]
mod forged;

use std::path::Path;

use casevault_crypto::evidence::{CHAIN, LOG, LOG_RECIPIENT};
use casevault_sync::time::Time;
use casevault_sync::{Role, SystemClock};
use casevault_tests::bundle::{Copy, files, is_bag, ours, theirs, theirs_of};
use casevault_tests::device::Device;
use casevault_tests::world::World;
use casevault_wire::server::ServerKind;
use casevault_wire::time::Clock;
use serde_json::Value;

pub(crate) const DAY: u64 = 86_400_000;
pub(crate) const PASSPORT: &[u8] = b"the passport of Mira, all of it";
const LETTER: &[u8] = b"a letter that nobody else shall read";
const TITLE: &str = "Case of Mira Okafor";
pub(crate) const NOTE: &str = "seen with her sister in Lomé";

/// The day in so many days, as it is typed.
pub(crate) fn day(days: u64) -> String {
    let Time(now) = SystemClock.now().plus(days * DAY);
    let at = time::OffsetDateTime::from_unix_timestamp(i64::try_from(now / 1000).unwrap()).unwrap();
    at.date().to_string()
}

pub(crate) fn text<'a>(answer: &'a Value, key: &str) -> &'a str {
    answer[key].as_str().unwrap_or_else(|| panic!("{key}: {answer}"))
}

/// Dana's organisation, where Sam is supervisor of the team; Nadia's, where Lena is her team's lawyer; and Leila and Amal, who administer.
pub(crate) struct Both {
    pub(crate) hers: World,
    pub(crate) theirs: World,
    pub(crate) case: String,
    /// Nadia's and Lena's team.
    pub(crate) to: String,
}

impl Both {
    pub(crate) async fn partners() -> Self {
        let (hers, theirs) = (World::start(), World::start());
        let leila = hers.found("Leila").await;
        let (dana, sam) =
            (hers.bring_in(&leila, "Dana", Role::Caseworker).await, hers.bring_in(&leila, "Sam", Role::Supervisor).await);
        leila.team_create("Haven", &["Dana".into(), "Sam".into()]).await.unwrap();
        let amal = theirs.found("Amal").await;
        let (nadia, lena) =
            (theirs.bring_in(&amal, "Nadia", Role::Caseworker).await, theirs.bring_in(&amal, "Lena", Role::Legal).await);
        amal.team_create("Shelter", &["Nadia".into(), "Lena".into()]).await.unwrap();
        for client in [&dana, &sam, &nadia, &lena, &dana, &nadia] {
            client.sync().await.unwrap();
        }
        let to = nadia.team("Shelter").await.unwrap().team.to_string();
        let prints = [leila.fingerprint().to_string(), amal.fingerprint().to_string()];
        drop((leila, dana, sam, amal, nadia, lena));
        let both = Self { case: open_case(&hers).await, hers, theirs, to };
        both.compare(&prints).await;
        both
    }

    /// Administrators of both name each other and compare what their programs show.
    async fn compare(&self, [ours, partners]: &[String; 2]) {
        let (leila, amal) = (self.hers.device("Leila"), self.theirs.device("Amal"));
        let seen = leila.does(0, &["org", "partner", "add", self.theirs.keyserver_address(), partners]).await;
        let named = amal.does(0, &["org", "partner", "add", self.hers.keyserver_address(), ours]).await;
        let (partner, us) = (text(&seen, "partner"), text(&named, "partner"));
        assert_eq!(text(&seen, "safety_number"), text(&named, "safety_number"));
        let dana = self.hers.device("Dana");
        let until = day(60);
        let words = ["consent", "give", &self.case, "--by", "survivor", "--purpose", "medical care", "--until", &until];
        let unverified = dana.does(1, &[&words[..], &["--to", &self.to, "--doc", "passport.txt"]].concat()).await;
        assert!(unverified.to_string().contains("partner"), "{unverified}");
        leila.does(0, &["org", "partner", "confirm", partner]).await;
        amal.does(0, &["org", "partner", "confirm", us]).await;
    }
}

/// Dana's case, with a passport, a letter and what she wrote about it.
async fn open_case(world: &World) -> String {
    let dana = world.device("Dana");
    let fields = ["--set", "prs_Gender=Feminine", "--set", "prs_Citizenship=MD"];
    let opened = dana.does(0, &[&["case", "open", TITLE, "--team", "Haven"], &fields[..]].concat()).await;
    let case = text(&opened, "case").to_owned();
    for (name, content) in [("passport.txt", PASSPORT), ("letter.txt", LETTER)] {
        dana.does(0, &["doc", "add", &case, world.file(name, content).to_str().unwrap()]).await;
    }
    dana.does(0, &["note", "add", &case, NOTE]).await;
    case
}

/// Mira consents to have her passport and her gender shared for sixty days.
async fn consent(dana: &Device, case: &str, to: &str) -> String {
    let until = day(60);
    let words = ["consent", "give", case, "--by", "survivor", "--purpose", "medical care", "--to", to, "--language", "ar"];
    let covers = ["--doc", "passport.txt", "--field", "prs_Gender", "--until", &until];
    text(&dana.does(0, &[&words[..], &covers].concat()).await, "consent").to_owned()
}

/// The one dossier that there is.
async fn received(device: &Device) -> String {
    let dossiers = device.does(0, &["dossier", "list"]).await;
    assert_eq!(dossiers.as_array().map(Vec::len), Some(1), "{dossiers}");
    text(&dossiers[0], "dossier").to_owned()
}

/// A bundle that both verifiers and somebody else's take, and no longer once a byte of it is another.
fn holds(bundle: &Path) {
    let (said, also) = (ours(bundle), theirs(bundle));
    assert!(said.is_valid() && also.is_valid() && is_bag(bundle), "{} {}", said.answer, also.answer);
    for key in ["files", "organisation", "fingerprint", "case", "recipient", "signers"] {
        assert_eq!(said.answer[key], also.answer[key], "{key}");
    }
    let sides: Vec<_> = said.answer["signers"].as_array().unwrap().iter().map(|one| text(one, "side")).collect();
    assert!(sides.contains(&"team") && sides.contains(&"recipient"), "{sides:?}");
    for file in files(bundle).into_keys().filter(|file| file.starts_with("data/")) {
        let path = bundle.join(&file);
        let kept = std::fs::read(&path).unwrap();
        let mut changed = kept.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        std::fs::write(&path, changed).unwrap();
        for said in [ours(bundle), theirs(bundle)] {
            assert!(!said.is_valid() && said.named().contains(&file.as_str()), "{file}: {}", said.answer);
        }
        std::fs::write(&path, kept).unwrap();
    }
}

/// Journey 3, to its last line.
// Obeys R-6.7-12.
// Breaks R-6.7-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_gets_what_was_consented_to_helps_and_is_shut_out() {
    let both = Both::partners().await;
    let (dana, sam) = (both.hers.device("Dana"), both.hers.device("Sam"));
    let (nadia, lena) = (both.theirs.device("Nadia"), both.theirs.device("Lena"));
    let given = consent(&dana, &both.case, &both.to).await;
    let share = ["share", "make", &both.case, "--consent", &given, "--with", &both.to];
    dana.does(15, &[&share[..], &["--doc", "letter.txt"]].concat()).await;
    dana.does(15, &[&share[..], &["--field", "prs_Citizenship"]].concat()).await;
    assert_eq!(nadia.does(0, &["dossier", "list"]).await, Value::Array(vec![]), "nothing was sent");
    let made = text(&dana.does(0, &share).await, "share").to_owned();

    let dossier = received(&nadia).await;
    assert_eq!(dossier, made);
    nadia.does(0, &["dossier", "accept", &dossier]).await;
    let out = both.theirs.directory.path().join("passport");
    nadia.does(0, &["dossier", "get", &dossier, "passport.txt", "--out", out.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&out).unwrap(), PASSPORT);
    let view = nadia.does(0, &["dossier", "show", &dossier]).await;
    let bundle = both.theirs.directory.path().join("bundle");
    lena.does(0, &["evidence", "export", &dossier, "--out", bundle.to_str().unwrap()]).await;
    holds(&bundle);
    learned_nothing_else(&both, &view, &bundle);
    needs_both_logs(&both, &bundle);
    forged::is_refused(&both, &bundle);
    each_fingerprint_counts(&nadia, &bundle).await;
    nadia.does(0, &["dossier", "done", &dossier, "--text", "seen by a doctor"]).await;

    let seen = dana.does(0, &["share", "list", &both.case]).await;
    assert_eq!((text(&seen[0], "state"), text(&seen[0], "answer")), ("done", "seen by a doctor"));
    let opened = seen[0]["opened"].as_array().unwrap();
    assert_eq!(opened.len(), 2, "once to be read, once for the bundle: {seen}");
    chain_of_the_passport(&both, &dana).await;
    dana.does(0, &["share", "end", &both.case, &made]).await;
    nadia.does(15, &["dossier", "show", &dossier]).await;
    let again = both.theirs.directory.path().join("again");
    for device in [&nadia, &lena] {
        device.does(15, &["dossier", "get", &dossier, "passport.txt", "--out", again.to_str().unwrap()]).await;
        device.does(15, &["evidence", "export", &dossier, "--out", again.to_str().unwrap()]).await;
    }
    assert!(!again.exists());
    holds(&bundle);
    overridden(&both, (&dana, &sam, &nadia)).await;
}

/// What the case says of who had the passport: who added it, consented to, shared, opened and exported it, on either side.
async fn chain_of_the_passport(both: &Both, dana: &Device) {
    let passport = text(&dana.does(0, &["case", "show", &both.case]).await["documents"][0], "document").to_owned();
    let custody = dana.does(0, &["custody", &both.case]).await;
    let about = |line: &&Value| line["documents"].as_array().unwrap().iter().any(|one| *one == passport.as_str());
    let lines: Vec<_> = custody.as_array().unwrap().iter().filter(about).collect();
    let events: Vec<_> = lines.iter().map(|line| (text(line, "event"), line["dossier"].is_string())).collect();
    let expected = [
        ("document-added", false),
        ("consent-given", false),
        ("share-made", false),
        ("dossier-answered", true),
        ("documents-opened", true),
        ("documents-opened", true),
        ("evidence-exported", true),
        ("dossier-answered", true),
    ];
    let kept: Vec<_> = events.iter().filter(|(event, _)| !event.starts_with("metadata")).copied().collect();
    assert_eq!(kept, expected, "{custody}");
    let times: Vec<_> = custody.as_array().unwrap().iter().map(|line| text(line, "time")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

/// Whose documents they are and with whom they were shared: a fingerprint of each is compared where one is given.
async fn each_fingerprint_counts(device: &Device, bundle: &Path) {
    let said = ours(bundle).answer;
    let (sender, recipient) = (text(&said, "fingerprint"), text(&said["recipient"], "fingerprint"));
    let path = bundle.to_str().unwrap();
    let verify = |code, first, second| {
        let words = ["evidence", "verify", path, "--fingerprint", first, "--recipient-fingerprint", second];
        async move { device.does(code, &words).await }
    };
    verify(0, sender, recipient).await;
    let wrong = verify(14, recipient, sender).await;
    let named: Vec<_> = wrong["problems"].as_array().unwrap().iter().map(|one| text(one, "file")).collect();
    assert_eq!(named, [LOG, LOG_RECIPIENT], "{wrong}");
    for (first, second, good) in [(sender, recipient, true), (sender, sender, false), (recipient, recipient, false)] {
        assert_eq!(theirs_of(bundle, &[first, second]).is_valid(), good);
    }
}

/// Without the log of the organisation that it was for, or with another one, the bundle is none, whatever its manifests say.
fn needs_both_logs(both: &Both, bundle: &Path) {
    let whole = files(bundle);
    type Change = fn(&Copy);
    let changes: [(&str, Change); 5] = [
        ("gone", |copy| copy.remove(LOG_RECIPIENT)),
        ("the other's", |copy| copy.write(LOG_RECIPIENT, &copy.read(LOG))),
        ("cut", |copy| copy.change(LOG_RECIPIENT, |bytes| bytes.truncate(bytes.len() - 40))),
        ("changed", |copy| copy.change(LOG_RECIPIENT, |bytes| bytes[200] ^= 1)),
        ("in the other's place", |copy| copy.write(LOG, &copy.read(LOG_RECIPIENT))),
    ];
    for (what, change) in changes {
        let copy = Copy::make(both.theirs.directory.path().join(what), &whole);
        change(&copy);
        copy.list_anew();
        assert!(!ours(&copy.root).is_valid() && !theirs(&copy.root).is_valid(), "{what}");
        let said = ours(&copy.root);
        assert!(said.named().iter().any(|file| [LOG, LOG_RECIPIENT, CHAIN].contains(file)), "{what}: {}", said.answer);
    }
}

/// Neither what the partner is shown nor what is in the dossier's chain has anything else of the case, or a name of anybody's.
fn learned_nothing_else(both: &Both, view: &Value, bundle: &Path) {
    let mut shown: Vec<u8> = files(bundle).into_values().flatten().collect();
    shown.extend(view.to_string().into_bytes());
    let has = |needle: &[u8]| shown.windows(needle.len()).any(|window| window == needle);
    assert!(has(PASSPORT) && has(b"Feminine"), "what was consented to");
    let words = [TITLE, NOTE, "letter.txt", "\"MD\"", "Dana", "Sam", "Haven", both.case.as_str(), "Citizenship"];
    for secret in words.iter().map(|word| word.as_bytes()).chain([LETTER]) {
        assert!(!has(secret), "{}", String::from_utf8_lossy(secret));
    }
    let id = data_encoding::HEXLOWER.decode(both.case.as_bytes()).unwrap();
    assert!(!has(&id), "the case's id");
}

/// What no consent covers goes to the partner when a second person of standing says so.
async fn overridden(both: &Both, (dana, sam, nadia): (&Device, &Device, &Device)) {
    let until = day(3);
    let wish = ["share", "override", "ask", &both.case, "--purpose", "a warrant", "--with", &both.to, "--doc", "letter.txt"];
    dana.does(2, &[&wish[..], &["--until", &until]].concat()).await;
    let asked = dana.does(0, &[&wish[..], &["--until", &until, "--reason", "a judge orders it"]].concat()).await;
    let asked = dana.does(0, &["share", "override", "list", &both.case]).await[0]["override"]
        .as_str()
        .map_or_else(|| panic!("{asked}"), str::to_owned);
    dana.does(15, &["share", "override", "approve", &both.case, &asked]).await;
    sam.does(0, &["sync"]).await;
    sam.does(0, &["share", "override", "approve", &both.case, &asked]).await;
    dana.does(0, &["share", "override", "make", &both.case, &asked]).await;
    let dossiers = nadia.does(0, &["dossier", "list"]).await;
    let open: Vec<_> = dossiers.as_array().unwrap().iter().filter(|one| text(one, "state") == "sent").collect();
    let view = nadia.does(0, &["dossier", "show", text(open[0], "dossier")]).await;
    assert_eq!(text(&view["documents"][0], "name"), "letter.txt");
}

/// Journey 4, to its last line: one organisation, whose lawyers are a team of their own.
#[tokio::test(flavor = "multi_thread")]
async fn lawyers_make_evidence_and_their_access_ends_with_its_last_day() {
    let mut world = World::start();
    let leila = world.found("Leila").await;
    let dana = world.bring_in(&leila, "Dana", Role::Caseworker).await;
    let lena = world.bring_in(&leila, "Lena", Role::Legal).await;
    leila.team_create("Haven", &["Dana".into()]).await.unwrap();
    leila.team_create("Legal", &["Lena".into()]).await.unwrap();
    for client in [&dana, &lena, &dana] {
        client.sync().await.unwrap();
    }
    drop((leila, dana, lena));
    let case = open_case(&world).await;
    let (dana, lena) = (world.device("Dana"), world.device("Lena"));
    let given = consent(&dana, &case, "Legal").await;
    let made = text(&dana.does(0, &["share", "make", &case, "--consent", &given, "--with", "Legal"]).await, "share").to_owned();
    let dossier = received(&lena).await;
    let bundle = world.directory.path().join("bundle");
    lena.does(0, &["evidence", "export", &dossier, "--out", bundle.to_str().unwrap()]).await;
    holds(&bundle);
    assert!(!files(&bundle).contains_key(LOG_RECIPIENT), "there is one log");
    let copy = Copy::make(world.directory.path().join("two logs"), &files(&bundle));
    copy.write(LOG_RECIPIENT, &copy.read(LOG));
    copy.list_anew();
    assert!(!theirs(&copy.root).is_valid() && ours(&copy.root).named().contains(&LOG_RECIPIENT));
    for device in [&dana, &lena] {
        let custody = device.does(0, &["custody", &made]).await;
        let events: Vec<_> = custody.as_array().unwrap().iter().map(|line| text(line, "event")).collect();
        assert!(events.ends_with(&["documents-opened", "evidence-exported"]), "{events:?}");
    }

    let out = |name: &str| world.directory.path().join(name).to_str().unwrap().to_owned();
    let (before, after) = (out("before"), out("after"));
    world.restart_faulty(ServerKind::Vault, &format!("clock={}", 59 * DAY));
    lena.does(0, &["dossier", "get", &dossier, "passport.txt", "--out", &before]).await;
    // By her device's clock it is over, and the vault would still give it.
    let ahead = lena.with_fault(&format!("clock={}", 61 * DAY));
    for asked in [
        &["dossier", "show", &dossier][..],
        &["dossier", "get", &dossier, "passport.txt", "--out", &after],
        &["dossier", "accept", &dossier],
        &["custody", &dossier],
        &["evidence", "export", &dossier, "--out", &after],
    ] {
        ahead.does(15, asked).await;
    }
    world.restart_faulty(ServerKind::Vault, &format!("clock={}", 61 * DAY));
    lena.does(15, &["dossier", "get", &dossier, "passport.txt", "--out", &after]).await;
    lena.does(15, &["evidence", "export", &dossier, "--out", &after]).await;
    ahead.does(15, &["dossier", "show", &dossier]).await;
    assert!(!Path::new(&after).exists());
    holds(&bundle);
}
