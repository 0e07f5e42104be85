//! A case goes from one organisation to another, by the programs: the mission of return has all of it before the sender hears so, the sender
//! writes no more, and both see one chain of what was done on either side.

use std::collections::BTreeSet;

use casevault_tests::device::Device;
use casevault_wire::server::ServerKind;
use serde_json::Value;

use super::referral::{Both, NOTE, PASSPORT, day, text};

/// What Mira lets the mission know, and lets Haven hear of.
const SHARED: [&str; 9] = [
    "prs_Gender",
    "cv_Movement",
    "cv_MovementDate",
    "cv_MovementDestination",
    "cv_MovementState",
    "cv_Reintegration",
    "cv_FollowUpDate",
    "cv_FollowUpDone",
    "cv_FollowUpOutcome",
];

/// Mira consents to have her passport and her return known to the mission.
async fn consents(dana: &Device, both: &Both) -> String {
    let until = day(400);
    let words = ["consent", "give", &both.case, "--by", "survivor", "--purpose", "return", "--to", &both.to, "--until", &until];
    let fields = SHARED.iter().flat_map(|field| ["--field", field]);
    let words: Vec<_> = words.into_iter().chain(["--doc", "passport.txt"]).chain(fields).collect();
    text(&dana.does(0, &words).await, "consent").to_owned()
}

/// Records of a kind that a view has, as their fields.
fn records(view: &Value, kind: &str) -> Vec<Value> {
    let all = view["records"].as_array().or(view["assistance"]["records"].as_array()).unwrap_or_else(|| panic!("{view}"));
    all.iter().filter(|one| one["kind"] == kind).map(|one| one["fields"].clone()).collect()
}

/// Dana shares the case with Nadia's team and offers it.
async fn offered(both: &Both, dana: &Device) -> String {
    let given = consents(dana, both).await;
    let share = ["share", "make", &both.case, "--consent", &given, "--with", &both.to];
    let made = text(&dana.does(0, &share).await, "share").to_owned();
    let not = dana.does(15, &["case", "hand-over", &both.case, &made, "--tell", "prs_Citizenship"]).await;
    assert_eq!(not["error"]["code"], "no-consent", "she does not hear of what was not shared");
    let tell: Vec<_> = SHARED.iter().filter(|field| **field != "prs_Gender").flat_map(|field| ["--tell", field]).collect();
    dana.does(0, &[&["case", "hand-over", &both.case, &made], &tell[..]].concat()).await;
    dana.does(0, &["case", "hand-over", &both.case, &made]).await;
    made
}

/// Journey 7, to its last line.
// Obeys R-6.8-12, R-6.8-13, R-6.8-14.
// Breaks R-6.8-12, R-6.8-13, R-6.8-14.
#[tokio::test(flavor = "multi_thread")]
async fn the_mission_of_return_goes_on_with_a_case_and_its_sender_hears_what_she_consented_to() {
    let mut both = Both::partners().await;
    let (dana, sam, nadia, lena) =
        (both.hers.device("Dana"), both.hers.device("Sam"), both.theirs.device("Nadia"), both.theirs.device("Lena"));
    let ret = ["movement", "add", &both.case, "VoluntaryReturn", "--to", "NG", "--state", "Assessed", "--risk", "the recruiter"];
    let movement = text(&dana.does(0, &ret).await, "id").to_owned();
    let made = offered(&both, &dana).await;
    dana.does(0, &["movement", "set", &both.case, &movement, "--date", &day(9), "--state", "Planned"]).await;
    assert_eq!(text(&dana.does(0, &["case", "show", &both.case]).await["handover"], "state"), "offered");
    dana.does(0, &["sync"]).await;

    // The mission reads what it would take over, and cannot take over what is not offered, nor with its vault away say that it has it.
    nadia.does(0, &["dossier", "list"]).await;
    let seen = nadia.does(0, &["dossier", "show", &made]).await;
    let planned = &records(&seen, "movement")[0];
    assert_eq!(
        (&planned["cv_MovementState"], &planned["cv_MovementDestination"]),
        (&"Planned".into(), &"NG".into()),
        "as it is by now"
    );
    assert!(!seen.to_string().contains("the recruiter"), "the risks are not shared: {seen}");
    both.theirs.vault.kill();
    let cut = nadia.run(&["case", "take-over", &made, "--title", "Mira, from Haven"]).await;
    assert_eq!(cut.code, Some(13), "{cut:?}");
    both.theirs.restart_vault();
    dana.does(0, &["sync"]).await;
    dana.does(0, &["movement", "set", &both.case, &movement, "--to", "GH"]).await;
    dana.does(0, &["note", "add", &both.case, "she waits for her ticket"]).await;
    dana.does(0, &["sync"]).await;
    let case = text(&nadia.does(0, &["case", "take-over", &made, "--title", "Mira, from Haven"]).await, "case").to_owned();
    assert_eq!(nadia.does(0, &["case", "list"]).await.as_array().map(Vec::len), Some(1), "one case, whatever was cut");
    let again = nadia.does(0, &["case", "take-over", &made, "--title", "twice"]).await;
    assert_eq!(text(&again, "case"), case);
    let taken = nadia.does(0, &["case", "show", &case]).await;
    assert_eq!((text(&taken["handover"], "state"), &taken["fields"]["prs_Gender"]), ("taken", &"Feminine".into()));
    assert_eq!(
        taken["assistance"]["movements"][0]["fields"]["cv_MovementDestination"], "GH",
        "as it was when it was taken over: {taken}"
    );
    let out = both.theirs.directory.path().join("passport");
    nadia.does(0, &["doc", "get", &case, "passport.txt", "--out", out.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&out).unwrap(), PASSPORT);

    sender_writes_no_more(&both, (&dana, &sam), &movement).await;
    goes_on_offline(&mut both, (&nadia, &lena), &case).await;
    both_see_one_chain(&both, (&dana, &nadia), (&made, &case)).await;

    // The mission fails her: Haven takes the case back, and can write again.
    dana.does(0, &["share", "end", &both.case, &made]).await;
    dana.does(0, &["note", "add", &both.case, "she is back with us"]).await;
    nadia.does(15, &["dossier", "show", &made]).await;
    nadia.does(0, &["note", "add", &case, "what the mission wrote stays its own"]).await;
}

/// Once the mission has it, nobody of Haven writes into the case; what they may still do is read it.
async fn sender_writes_no_more(both: &Both, (dana, sam): (&Device, &Device), movement: &str) {
    // Sam does not know yet: what he writes is kept, after the handover.
    dana.does(0, &["sync"]).await;
    let case = both.case.as_str();
    let view = dana.does(0, &["case", "show", case]).await;
    assert_eq!(text(&view["handover"], "state"), "given");
    assert!(view["keeping"]["retention"].is_object(), "until when it is kept is on record: {view}");
    let file = both.hers.file("late.txt", b"late");
    let refused: [&[&str]; 6] = [
        &["note", "add", case, "late"],
        &["case", "set", case, "prs_Gender="],
        &["movement", "set", case, movement, "--state", "Made"],
        &["doc", "add", case, file.to_str().unwrap()],
        &["case", "close", case],
        &[
            "consent",
            "give",
            case,
            "--by",
            "survivor",
            "--purpose",
            "more",
            "--to",
            &both.to,
            "--until",
            "2099-01-01",
            "--field",
            "prs_Gender",
        ],
    ];
    for words in refused {
        assert_eq!(dana.does(15, words).await["error"]["code"], "handed-over", "{words:?}");
    }
    sam.does(0, &["sync"]).await;
    assert_eq!(sam.does(15, &["note", "add", case, "late too"]).await["error"]["code"], "handed-over");
    let custody = dana.does(0, &["custody", case]).await;
    let events: Vec<_> = custody.as_array().unwrap().iter().map(|line| text(line, "event")).collect();
    assert!(events.contains(&"handover-offered") && events.contains(&"case-handed-over"), "{events:?}");
}

/// The grant, the training and how she fares after 3, 6 and 12 months, written where there is no signal.
async fn goes_on_offline(both: &mut Both, (nadia, lena): (&Device, &Device), case: &str) {
    both.theirs.vault.kill();
    both.theirs.keyserver.kill();
    let movement = text(&nadia.does(0, &["movement", "list", case]).await[0], "id").to_owned();
    nadia.does(13, &["movement", "set", case, &movement, "--state", "Made"]).await;
    nadia
        .does(
            13,
            &["service", "add", case, "reintegration", "BusinessGrant", "--state", "Delivered", "--note", "for a sewing machine"],
        )
        .await;
    let mut asked = Vec::new();
    for days in [90, 180, 365] {
        asked.push(text(&nadia.does(13, &["followup", "add", case, &day(days)]).await, "id").to_owned());
    }
    nadia.does(13, &["followup", "done", case, &asked[0], "Reintegrating", "--note", "has her own shop"]).await;
    nadia.does(13, &["note", "add", case, "told only to the mission"]).await;
    both.theirs.try_restart(ServerKind::Keyserver);
    both.theirs.restart_vault();
    nadia.does(0, &["sync"]).await;
    lena.does(0, &["sync"]).await;
}

/// What the sender reads of it: what she consented to. Both sides have the same events, by who did them, in one order.
async fn both_see_one_chain(both: &Both, (dana, nadia): (&Device, &Device), (made, case): (&str, &str)) {
    let (ours, theirs) = (dana.does(0, &["dossier", "show", made]).await, nadia.does(0, &["dossier", "show", made]).await);
    for view in [&ours, &theirs] {
        assert_eq!(records(view, "movement")[0]["cv_MovementState"], "Made", "{view}");
        assert_eq!(records(view, "service")[0]["cv_Reintegration"], "BusinessGrant");
        let fared: BTreeSet<_> = records(view, "follow-up").iter().map(|one| one["cv_FollowUpOutcome"].to_string()).collect();
        assert_eq!(fared, BTreeSet::from(["\"Reintegrating\"".into(), "null".into()]));
        let whole = view.to_string();
        for kept in ["sewing", "her own shop", "told only", NOTE, "the recruiter"] {
            assert!(!whole.contains(kept), "{kept}: {whole}");
        }
    }
    assert!(nadia.does(0, &["case", "show", case]).await.to_string().contains("sewing"), "it is in the mission's own case");
    let line = |line: &Value| ["sequence", "time", "person", "device", "event"].map(|key| line[key].to_string());
    let chain = |said: Value| said.as_array().unwrap().iter().map(line).collect::<Vec<_>>();
    let (ours, theirs) = (chain(dana.does(0, &["custody", made]).await), chain(nadia.does(0, &["custody", made]).await));
    assert_eq!(ours, theirs);
    // Each sees the other's part in the custody of its own case.
    let other = |said: &Value| {
        let lines = said.as_array().unwrap().iter().filter(|line| line["dossier"] == made);
        lines.map(|line| text(line, "event").to_owned()).collect::<Vec<_>>()
    };
    let (sender, mission) = (dana.does(0, &["custody", &both.case]).await, nadia.does(0, &["custody", case]).await);
    assert!(["dossier-answered", "record-set"].iter().all(|event| other(&sender).iter().any(|seen| seen == event)), "{sender}");
    assert_eq!((text(&mission[0], "event"), &mission[0]["dossier"]), ("dossier-made", &made.into()), "{mission}");
    assert!(
        other(&mission).contains(&"takeover-offered".to_owned()) && !other(&mission).contains(&"dossier-answered".to_owned())
    );
    let people: BTreeSet<_> = ours.iter().map(|[_, _, person, ..]| person).collect();
    let bundle = both.theirs.directory.path().join("timeline");
    assert_eq!(people.len(), 2, "Dana and Nadia");
    nadia.does(0, &["evidence", "export", made, "--out", bundle.to_str().unwrap()]).await;
    for said in [casevault_tests::bundle::ours(&bundle), casevault_tests::bundle::theirs(&bundle)] {
        assert!(said.is_valid(), "signed by both, for whoever doubts it: {}", said.answer);
    }
}

/// Two colleagues of the mission begin at once, one of them is cut off. One case goes on, and the other is told so; what somebody of Haven wrote
/// before they knew is kept; and whoever helps her says when nothing more is told.
// Breaks R-6.8-13, R-6.8-14.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_a_case_over_one_goes_on_and_nothing_is_lost() {
    let mut both = Both::partners().await;
    let (dana, sam, nadia, lena) =
        (both.hers.device("Dana"), both.hers.device("Sam"), both.theirs.device("Nadia"), both.theirs.device("Lena"));
    let case = both.case.clone();
    let ret = ["movement", "add", &case, "VoluntaryReturn", "--to", "NG", "--state", "Assessed"];
    dana.does(0, &ret).await;
    sam.does(0, &["sync"]).await;
    sam.does(0, &["case", "show", &case]).await;
    let made = offered(&both, &dana).await;
    for device in [&nadia, &lena] {
        device.does(0, &["dossier", "show", &made]).await;
    }
    both.theirs.vault.kill();
    assert_eq!(nadia.run(&["case", "take-over", &made, "--title", "Nadia's"]).await.code, Some(13));
    both.theirs.restart_vault();
    let goes_on = text(&lena.does(0, &["case", "take-over", &made, "--title", "Lena's"]).await, "case").to_owned();
    assert_eq!(nadia.does(15, &["case", "take-over", &made, "--title", "Nadia's"]).await["error"]["code"], "not-offered");

    sam.does(0, &["note", "add", &case, "written before he knew"]).await;
    dana.does(0, &["sync"]).await;
    let kept = dana.does(0, &["case", "show", &case]).await;
    assert!(kept["notes"].to_string().contains("before he knew") && kept["handover"]["state"] == "given", "{kept}");

    assert_eq!(
        dana.does(0, &["stats", "contribute", &day(0)[..4]]).await["reports"],
        0,
        "who is in others' care is counted there"
    );

    let movement = text(&lena.does(0, &["movement", "list", &goes_on]).await[0], "id").to_owned();
    let state = |view: Value| records(&view, "movement")[0]["cv_MovementState"].clone();
    lena.does(0, &["movement", "set", &goes_on, &movement, "--state", "Made"]).await;
    lena.does(0, &["sync"]).await;
    nadia.does(0, &["sync"]).await;
    assert_eq!(state(dana.does(0, &["dossier", "show", &made]).await), "Made", "what Nadia began says nothing");
    lena.does(0, &["dossier", "reject", &made, "--reason", "she wants nothing more told"]).await;
    lena.does(0, &["movement", "set", &goes_on, &movement, "--state", "Planned"]).await;
    lena.does(0, &["sync"]).await;
    assert_eq!(state(dana.does(0, &["dossier", "show", &made]).await), "Made");
    let ended = dana.does(0, &["share", "end", &case, &made]).await;
    assert_eq!(text(&ended, "state"), "revoked");
    let back = dana.does(0, &["case", "show", &case]).await;
    assert!(back["handover"].is_null() && back["keeping"]["retention"].is_null(), "{back}");
    dana.does(0, &["note", "add", &case, "back with us"]).await;
}
