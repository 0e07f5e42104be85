//! What somebody may ask of those who keep her case, by the programs: to see it, to take back what she agreed to, and to be forgotten.

use casevault_tests::bundle::files;
use casevault_tests::device::Device;
use casevault_wire::server::ServerKind;
use serde_json::Value;

use crate::backup::{backup, restore};
use crate::referral::{Both, DAY, NOTE, PASSPORT, day, text};

/// Journey 6, to its last line.
#[tokio::test(flavor = "multi_thread")]
async fn she_gets_a_copy_takes_back_a_consent_and_is_forgotten() {
    let mut both = Both::partners().await;
    let (dana, sam, nadia) = (both.hers.device("Dana"), both.hers.device("Sam"), both.theirs.device("Nadia"));
    let shares = two_shares(&both, &dana).await;
    for dossier in &shares {
        nadia.does(0, &["dossier", "show", dossier]).await;
    }
    gets_a_copy(&both, &dana).await;

    let consents = dana.does(0, &["consent", "list", &both.case]).await;
    let first = text(&consents[0], "consent").to_owned();
    dana.does(0, &["consent", "withdraw", &both.case, &first]).await;
    nadia.does(15, &["dossier", "show", &shares[0]]).await;
    let other = nadia.does(0, &["dossier", "show", &shares[1]]).await;
    assert_eq!(other["fields"]["prs_Citizenship"], "MD", "what she did not take back stays: {other}");

    // She asks for all of it to be erased; a court wants it kept, and then does not.
    sam.does(0, &["sync"]).await;
    sam.does(0, &["hold", "set", &both.case, "--reason", "order of the court"]).await;
    let held = dana.does(15, &["erasure", "ask", &both.case, "--reason", "she asked"]).await;
    assert!(held.to_string().contains("hold"), "{held}");
    let shown = dana.does(0, &["case", "show", &both.case]).await;
    assert!(shown["keeping"]["hold"].to_string().contains("order of the court"), "{shown}");
    sam.does(0, &["hold", "end", &both.case, "--reason", "the court is done"]).await;
    dana.does(0, &["erasure", "ask", &both.case, "--reason", "she asked"]).await;
    sam.does(0, &["sync"]).await;
    sam.does(0, &["erasure", "confirm", &both.case]).await;
    dana.does(0, &["sync"]).await;
    is_forgotten(&mut both, [&dana, &sam, &nadia], &shares[1]).await;
}

/// A share of her passport, and one of where she is from, by a consent each.
async fn two_shares(both: &Both, dana: &Device) -> Vec<String> {
    let until = day(60);
    let mut shares = Vec::new();
    for covers in [["--doc", "passport.txt"], ["--field", "prs_Citizenship"]] {
        let words = ["consent", "give", &both.case, "--by", "survivor", "--purpose", "help", "--to", &both.to, "--until", &until];
        let given = dana.does(0, &[&words[..], &covers[..]].concat()).await;
        let share = ["share", "make", &both.case, "--consent", text(&given, "consent"), "--with", &both.to];
        shares.push(text(&dana.does(0, &share).await, "share").to_owned());
    }
    shares
}

/// Her copy reads well in her language, has all that is kept, and names nobody who keeps it.
async fn gets_a_copy(both: &Both, dana: &Device) {
    let out = both.hers.directory.path().join("copy");
    dana.does(0, &["case", "give", &both.case, "--language", "ar", "--out", out.to_str().unwrap()]).await;
    let given = files(&out);
    let page = String::from_utf8(given["copy.html"].clone()).unwrap();
    for words in ["dir=\"rtl\"", "ما نحفظه عنك", NOTE, "passport.txt", "MD", "help"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(given.values().any(|content| content == PASSPORT) && given.len() == 4, "{:?}", given.keys());
    let all: Vec<u8> = given.into_values().flatten().collect();
    for name in ["Dana", "Sam", "Leila", "<script"] {
        assert!(!all.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
    dana.does(2, &["case", "give", &both.case, "--language", "xx", "--out", "nowhere"]).await;
    dana.does(1, &["case", "give", &both.case, "--out", out.to_str().unwrap()]).await;
    let custody = dana.does(0, &["custody", &both.case]).await;
    let events: Vec<_> = custody.as_array().unwrap().iter().map(|line| text(line, "event")).collect();
    assert!(events.ends_with(&["documents-opened", "data-given"]), "{events:?}");
}

/// After its day nobody who has synchronised opens the case, not even with what the vault had before.
async fn is_forgotten(both: &mut Both, [dana, sam, nadia]: [&Device; 3], dossier: &str) {
    let world = &mut both.hers;
    let kept = backup(world, "vault", "vault.backup");
    let ahead = format!("clock={}", 31 * DAY);
    world.restart_faulty(ServerKind::Vault, &ahead);
    world.restart_faulty(ServerKind::Keyserver, &ahead);
    let (dana, sam) = (dana.with_fault(&ahead), sam.with_fault(&ahead));
    for device in [&dana, &dana, &sam, &dana] {
        device.does(0, &["sync"]).await;
    }
    for device in [&dana, &sam] {
        device.does(1, &["case", "show", &both.case]).await;
        assert_eq!(device.does(0, &["search", "Mira"]).await, Value::Array(vec![]));
    }
    nadia.does(15, &["dossier", "show", dossier]).await;
    let erasures = dana.does(0, &["erasure", "list"]).await;
    assert_eq!(text(&erasures[0], "state"), "erased", "{erasures}");

    restore(world, "vault", &kept);
    world.restart_faulty(ServerKind::Vault, &ahead);
    world.restart_faulty(ServerKind::Keyserver, &ahead);
    for device in [&dana, &sam] {
        let _ = device.run(&["sync"]).await;
        let shown = device.run(&["case", "show", &both.case]).await;
        assert!(shown.code != Some(0) && !shown.answer.to_string().contains("Mira"), "{}", shown.answer);
    }
}
