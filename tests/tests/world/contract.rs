//! The command contract: every command with the words, the keys and the exit codes that scripts rely on.

use casevault_sync::{Client, FoundRequest, Options};
use casevault_tests::device::Device;
use casevault_tests::world::{World, passphrase};
use serde_json::Value;

/// Runs a command that has to end with `code`; its answer, or what it said on standard error if it failed.
async fn ends(device: &Device, code: i32, arguments: &[&str]) -> Value {
    let ended = device.run(arguments).await;
    assert_eq!(ended.code, Some(code), "{arguments:?}: {} {}", ended.answer, ended.error);
    match serde_json::from_str::<Value>(&ended.error) {
        Ok(said) if ended.answer.is_null() => {
            let keys = ["code", "message", "hint"].map(|key| said["error"][key].is_string());
            assert_eq!(keys, [true; 3], "{said}");
            said["error"].clone()
        }
        _ => ended.answer,
    }
}

/// Runs a command that has to succeed and to answer with these keys, in each item if it is a list.
async fn answers(device: &Device, arguments: &[&str], keys: &[&str]) -> Value {
    let answer = ends(device, 0, arguments).await;
    let items = answer.as_array().map_or_else(|| vec![&answer], |items| items.iter().collect());
    assert!(!items.is_empty(), "{arguments:?} lists something");
    for (item, key) in items.iter().flat_map(|item| keys.iter().map(move |key| (item, key))) {
        assert!(item.get(key).is_some(), "{arguments:?} has no {key}: {item}");
    }
    answer
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("{key} in {answer}")).to_owned()
}

/// Amal's organisation with Nadia as a caseworker, both by the program.
async fn organisation(world: &World) -> (Device, Device) {
    let (amal, nadia) = (world.device("Amal"), world.device("Nadia"));
    let (keyserver, vault) = (world.keyserver.address.as_str(), world.vault.address.as_str());
    let found = ["org", "found", "Safe House", "--keyserver", keyserver, "--vault", vault, "--person", "Amal"];
    answers(&amal, &found, &["organisation", "fingerprint", "person", "device"]).await;
    let code = text(&answers(&amal, &["org", "invite", "Nadia", "--role", "caseworker"], &["code"]).await, "code");
    let joined = answers(&nadia, &["join", &code], &["person", "device", "state"]).await;
    assert_eq!(joined["state"], "pending");
    assert_eq!(ends(&nadia, 15, &["sync"]).await["code"], "not-approved");
    let approved = answers(&amal, &["org", "approve", "Nadia"], &["approved"]).await;
    assert_eq!(approved["approved"], serde_json::json!([joined["person"]]));
    assert_eq!(ends(&amal, 0, &["org", "approve", "--all"]).await["approved"], serde_json::json!([]));
    assert_eq!(answers(&nadia, &["join"], &["person", "device", "state"]).await["state"], "approved");
    (amal, nadia)
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_the_organisation_and_its_teams_answer_as_the_contract_says() {
    let world = World::start();
    let (amal, nadia) = organisation(&world).await;
    answers(&nadia, &["org", "people"], &["person", "name", "role", "state"]).await;
    answers(&nadia, &["org", "devices"], &["device", "person", "person_name", "name", "state"]).await;
    answers(&nadia, &["org", "log"], &["sequence", "time", "author", "statement"]).await;
    ends(&nadia, 0, &["org", "verify"]).await;
    assert_eq!(ends(&nadia, 0, &["org", "partner", "list"]).await, serde_json::json!([]));
    assert_eq!(ends(&nadia, 1, &["org", "safety-number", "nobody"]).await["code"], "unknown");
    let team = text(&answers(&amal, &["team", "create", "North", "--member", "Nadia"], &["team"]).await, "team");
    answers(&nadia, &["sync"], &["sent", "received", "queued", "alarms"]).await;
    let keys = ["team", "name", "generation", "members"];
    assert_eq!(answers(&nadia, &["team", "list"], &keys).await[0]["name"], "North");
    assert_eq!(answers(&nadia, &["team", "show", &team[..8]], &keys).await["generation"], 1);
    assert_eq!(answers(&nadia, &["team", "rotate", "North"], &["team", "state"]).await["state"], "done");
    assert_eq!(answers(&amal, &["team", "rotate", &team], &["team", "state"]).await["state"], "requested");
    assert_eq!(answers(&amal, &["team", "add", "North", "Amal"], &["team", "state"]).await["state"], "requested");
    ends(&nadia, 0, &["sync"]).await;
    assert_eq!(answers(&amal, &["team", "remove", "North", "Amal"], &["team", "state"]).await["team"], team.as_str());
    ends(&nadia, 0, &["sync"]).await;
    answers(&amal, &["team", "freeze", "North"], &["team", "state"]).await;
    answers(&amal, &["team", "freeze", "North", "--lift"], &["team", "state"]).await;
    assert_eq!(ends(&nadia, 15, &["org", "invite", "Zed", "--role", "legal"]).await["code"], "not-allowed");
    assert_eq!(answers(&amal, &["org", "role", "Nadia", "supervisor"], &["person", "role"]).await["role"], "supervisor");
    assert_eq!(ends(&amal, 15, &["org", "role", "Amal", "legal"]).await["code"], "last-administrator");
    assert_eq!(ends(&amal, 15, &["org", "invite", "Nadia", "--again"]).await["code"], "has-device");
    ends(&amal, 2, &["org", "invite", "Zed"]).await;
    answers(&amal, &["org", "invite", "Zed", "--role", "legal"], &["code"]).await;
    let keys = ["invitation", "person", "name", "role", "by", "expires", "state", "device"];
    answers(&amal, &["org", "invitations"], &keys).await;
    answers(&amal, &["org", "withdraw", "Zed"], &["invitation"]).await;
    let devices = answers(&amal, &["org", "devices"], &["device"]).await;
    let hers = devices.as_array().unwrap().iter().find(|device| device["person_name"] == "Nadia").unwrap();
    devices_answer(&world, &nadia).await;
    let revoke = ["device", "revoke", &text(hers, "device")];
    let said = ends(&amal, 15, &revoke).await;
    assert_eq!((&said["code"], &said["items"][0]["item"]), (&"leaves-empty".into(), &"North".into()));
    let revoked = answers(&amal, &[revoke.as_slice(), &["--leave-empty"]].concat(), &["device", "teams"]).await;
    assert_eq!((&revoked["teams"][0]["name"], &revoked["teams"][0]["empty"]), (&"North".into(), &true.into()));
    assert_eq!(answers(&amal, &revoke, &["device", "teams"]).await, revoked, "again is as good");
    let status = answers(&amal, &["org", "status"], &["people", "devices", "teams", "waiting"]).await;
    assert_eq!((&status["devices"], &status["waiting"]), (&1.into(), &revoked["teams"]));
    assert_eq!(ends(&amal, 1, &["team", "void", "North"]).await["code"], "unknown");
    assert_eq!(ends(&amal, 0, &["alarms", "list"]).await, serde_json::json!([]));
    assert_eq!(ends(&amal, 1, &["alarms", "dismiss", "7"]).await["code"], "unknown");
    assert_eq!(ends(&amal, 0, &["alarms", "dismiss", "--all"]).await["dismissed"], 0);
    answers(&amal, &["org", "remove", "Nadia", "--wait"], &["person", "teams"]).await;
}

/// Nadia brings a phone in, names it, and revokes it.
async fn devices_answer(world: &World, nadia: &Device) {
    let code = text(&answers(nadia, &["device", "invite"], &["code"]).await, "code");
    let phone = world.device("phone");
    let joined = answers(&phone, &["join", &code, "--device-name", "Nadia's phone"], &["person", "device", "state"]).await;
    let approved = answers(nadia, &["device", "approve"], &["approved"]).await;
    assert_eq!(approved["approved"], serde_json::json!([joined["device"]]));
    assert_eq!(answers(&phone, &["join"], &["state"]).await["state"], "approved");
    let keys = ["device", "person", "person_name", "name", "state", "here"];
    assert_eq!(answers(&phone, &["device", "list"], &keys).await.as_array().unwrap().len(), 2);
    ends(nadia, 0, &["sync"]).await;
    ends(&phone, 0, &["sync"]).await;
    ends(nadia, 0, &["sync"]).await;
    answers(nadia, &["device", "name", "Nadia's phone", "the small one"], &["device", "name"]).await;
    ends(&phone, 0, &["sync"]).await;
    answers(&phone, &["device", "revoke", "the small one"], &["device"]).await;
    let told = answers(nadia, &["sync"], &["notices"]).await;
    assert_eq!(told["notices"][0]["kind"], "device-revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_cases_and_documents_answer_as_the_contract_says() {
    let world = World::start();
    let (amal, nadia) = organisation(&world).await;
    answers(&amal, &["team", "create", "North", "--member", "Nadia"], &["team"]).await;
    ends(&nadia, 0, &["sync"]).await;
    let open = ["case", "open", "Mira", "--team", "North", "--set", "prs_Gender=Feminine"];
    let case = text(&answers(&nadia, &open, &["case"]).await, "case");
    answers(&nadia, &["case", "list"], &["case", "title", "team", "status"]).await;
    ends(&nadia, 0, &["case", "set", "Mira", "cv_GuardianName=Leila", "prs_Gender="]).await;
    let shown = ends(&nadia, 0, &["case", "show", &case[..8]]).await;
    assert_eq!(shown["fields"], serde_json::json!({"cv_GuardianName": "Leila"}));
    let (one, two) = (world.file("one.txt", b"one"), world.file("two.txt", b"two"));
    let add = ["doc", "add", "Mira", one.to_str().unwrap(), two.to_str().unwrap()];
    let added = answers(&nadia, &add, &["document", "name", "bytes", "sha256"]).await;
    assert_eq!(answers(&nadia, &add, &["document"]).await, added, "again is as good");
    assert_eq!(answers(&nadia, &["doc", "list", "Mira"], &["document", "name", "version", "bytes", "sha256"]).await, added);
    answers(&nadia, &["doc", "list", "Mira", "--all"], &["document", "entry", "name", "version", "bytes", "sha256"]).await;
    let some = [add.as_slice(), &["not there"]].concat();
    let ended = nadia.run(&some).await;
    assert_eq!((ended.code, &ended.answer), (Some(3), &added), "{}", ended.error);
    let out = world.directory.path().join("out");
    let get = ["doc", "get", "Mira", "one.txt", "--out", out.to_str().unwrap()];
    answers(&nadia, &get, &["path", "bytes", "sha256"]).await;
    assert_eq!(ends(&nadia, 1, &get).await["code"], "file-exists");
    ends(&nadia, 0, &["note", "add", "Mira", "seen by a doctor"]).await;
    answers(&nadia, &["custody", "Mira"], &["sequence", "time", "person", "device", "event"]).await;
    evidence_answers(&world, &nadia).await;
    answers(&nadia, &["search", "doctor"], &["case", "title"]).await;
    answers(&nadia, &["verify", "Mira"], &["problems"]).await;
    answers(&nadia, &["verify"], &["problems"]).await;
    ends(&nadia, 0, &["case", "close", "Mira"]).await;
    ends(&nadia, 0, &["lock"]).await;
    answers(&nadia, &["version"], &["version"]).await;
}

/// Nadia exports one document of her case; anybody verifies it.
async fn evidence_answers(world: &World, nadia: &Device) {
    let bundle = world.directory.path().join("evidence.zip");
    let path = bundle.to_str().unwrap();
    let export = ["evidence", "export", "Mira", "--doc", "one.txt", "--out", path];
    let made = answers(nadia, &export, &["path", "files", "documents", "fingerprint", "problems"]).await;
    assert_eq!(made["documents"].as_array().map(Vec::len), Some(1));
    assert_eq!(ends(nadia, 1, &export).await["code"], "file-exists");
    let nobody = world.device("nobody");
    let keys = ["valid", "files", "organisation", "fingerprint", "case", "exported", "documents", "signers", "problems"];
    let verify = ["evidence", "verify", path, "--fingerprint", &text(&made, "fingerprint")];
    assert_eq!(answers(&nobody, &verify, &keys).await["valid"], true);
    let other = ends(&nobody, 14, &["evidence", "verify", path, "--fingerprint", &"ab".repeat(32)]).await;
    assert_eq!((&other["valid"], &other["problems"][0]["file"]), (&false.into(), &"data/custody/log.bin".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_has_the_exit_code_of_the_contract() {
    let mut world = World::start();
    let (amal, nadia) = organisation(&world).await;
    ends(&amal, 0, &["team", "create", "North", "--member", "Nadia"]).await;
    ends(&nadia, 0, &["sync"]).await;
    ends(&nadia, 0, &["case", "open", "Mira", "--team", "North"]).await;
    let said = ends(&nadia, 2, &["case", "set", "Mira", "prs_Gendr=Feminine"]).await;
    assert_eq!((&said["code"], &said["hint"]), (&"unknown-field".into(), &"Is prs_Gender meant?".into()));
    assert!(said["message"].as_str().unwrap().starts_with("prs_Gendr "), "{said}");
    let said = ends(&nadia, 2, &["case", "set", "Mira", "prs_Gender=Queen"]).await;
    assert_eq!(said["code"], "unknown-code");
    assert!(said["hint"].as_str().unwrap().contains("Feminine"), "{said}");
    assert_eq!(ends(&nadia, 2, &["case", "set", "Mira", "prs_Nonsense="]).await["code"], "unknown-field");
    assert_eq!(ends(&nadia, 1, &["case", "show", "Miro"]).await["code"], "unknown");
    assert_eq!(ends(&world.device("nobody"), 10, &["case", "list"]).await["code"], "no-profile");
    let wrong = world.file("wrong", b"another passphrase");
    assert_eq!(ends(&nadia.with_passphrase_file(&wrong), 12, &["case", "list"]).await["code"], "wrong-passphrase");
    let held = world.open("Nadia");
    assert_eq!(ends(&nadia, 11, &["case", "list"]).await["code"], "in-use");
    drop(held);
    world.vault.kill();
    let queued = nadia.run(&["note", "add", "Mira", "offline"]).await;
    assert_eq!((queued.code, &queued.answer["delivery"]), (Some(13), &"queued".into()), "{}", queued.error);
    let keys = ["item", "time", "team", "team_name", "case", "title", "event", "text", "member"];
    assert_eq!(answers(&nadia, &["outbox", "list"], &keys).await[0]["text"], "offline");
    assert_eq!(ends(&nadia, 1, &["outbox", "drop", "70"]).await["code"], "unknown");
    ends(&nadia, 13, &["sync"]).await;
    world.restart_vault();
    assert_eq!(ends(&nadia, 0, &["sync"]).await["queued"], 0);
    world.keyserver.kill();
    assert_eq!(ends(&nadia, 13, &["team", "rotate", "North"]).await["code"], "unreachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_unlocks_however_the_keyboard_composes_it() {
    let world = World::start();
    let composed = world.file("composed", "caf\u{e9} au lait".as_bytes());
    let decomposed = world.file("decomposed", "cafe\u{301} au lait".as_bytes());
    let amal = world.device("Amal");
    let (keyserver, vault) = (world.keyserver.address.as_str(), world.vault.address.as_str());
    let found = ["org", "found", "Safe House", "--keyserver", keyserver, "--vault", vault, "--person", "Amal"];
    ends(&amal.with_passphrase_file(&decomposed), 0, &found).await;
    for file in [&composed, &decomposed] {
        ends(&amal.with_passphrase_file(file), 0, &["org", "people"]).await;
    }
    ends(&amal, 12, &["org", "people"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_wait_under_one_name_are_not_approved_by_it() {
    let world = World::start();
    let request = FoundRequest {
        name: "Safe House".into(),
        keyserver: world.keyserver.address.clone(),
        vault: world.vault.address.clone(),
        person: "Amal".into(),
    };
    drop(Client::found(&world.profile("Amal"), passphrase(), request, Options::default()).await.unwrap());
    let amal = world.device("Amal");
    let mut people = Vec::new();
    for profile in ["one", "other"] {
        let code = text(&ends(&amal, 0, &["org", "invite", "Nadia", "--role", "legal"]).await, "code");
        people.push(text(&ends(&world.device(profile), 0, &["join", &code]).await, "person"));
    }
    let said = ends(&amal, 1, &["org", "approve", "Nadia"]).await;
    assert_eq!((&said["code"], said["items"].as_array().map(Vec::len)), (&"ambiguous".into(), Some(2)));
    let approved = ends(&amal, 0, &["org", "approve", &people[1]]).await;
    assert_eq!(approved["approved"], serde_json::json!([people[1]]));
}
