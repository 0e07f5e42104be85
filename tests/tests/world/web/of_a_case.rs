//! What the pages of a case say: names of countries, versions of documents, what files say besides, what is shared, and what is counted.

use casevault_crypto::event::{DocumentReplaced, DocumentVersion};
use casevault_tests::interface::Interface;
use casevault_tests::liar::{slip_in, versions};
use casevault_tests::world::{World, silent};
use casevault_wire::codec::Text;
use casevault_wire::id::{JournalId, TeamId};

use super::journeys::{shared, supervised};
use super::organisation::{after, unlocked};

/// A page without what isolates words in it.
fn read(interface: &Interface, path: &str) -> String {
    let answer = interface.get(path);
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body.replace(['\u{2068}', '\u{2069}'], "")
}

/// Some words as a form sends them.
fn typed(words: &str) -> String {
    words.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn web_countries_and_languages_are_named_and_not_coded() {
    let world = supervised(&[("prs_Citizenship", "NG"), ("prs_PrimaryLanguage", "bin")]).await;
    let interface = unlocked(&world, "Nadia");
    let case = interface.first_case();
    let page = read(&interface, &case);
    assert!(page.contains(">Nigeria<") && !page.contains(">NG<"), "{page}");
    let form = read(&interface, &format!("{case}/profile/person"));
    assert!(form.contains("value=\"Nigeria\"") && form.contains("<datalist id=\"countries\">"), "{form}");
    assert!(form.contains("<option value=\"Côte d’Ivoire\">") && form.len() < 60 << 10, "{}", form.len());
    interface.post("/settings", "language=ar&theme=light");
    assert!(read(&interface, &case).contains(">نيجيريا<"));
    // A name of the person's language or another, a code, or nothing.
    let citizen = format!(
        "was%3Aprs_Citizenship=NG&prs_Citizenship={}&prs_Citizenship={}&prs_Citizenship=&was%3Aprs_PrimaryLanguage=bin&prs_PrimaryLanguage={}",
        typed("نيجيريا"),
        typed("Italie"),
        typed("العربية")
    );
    assert_eq!(interface.post(&format!("{case}/profile/person"), &citizen).status, 303);
    let unknown = format!("was%3Aprs_Citizenship=IT%3BNG&prs_Citizenship={}", typed("Atlantis"));
    let refused = interface.post(&format!("{case}/profile/person"), &unknown);
    assert!(refused.status == 422 && refused.body.contains("value=\"Atlantis\""), "what was typed stays: {refused:?}");
    assert_eq!(interface.end(), Some(0));
    let fields = world.open("Nadia").case("2026-014").await.unwrap().fields;
    for (field, value) in [("prs_Citizenship", "IT;NG"), ("prs_PrimaryLanguage", "ar")] {
        assert!(fields.contains(&(field.into(), value.into())), "{fields:?}");
    }
}

/// A JPEG with a camera's name in it.
pub fn photograph() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x0a\0\0\0\x1a\0\0\0\0Pocketcam\0".to_vec();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    exif.splice(0..0, [0xff, 0xe1, length[0], length[1]]);
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(320, 200, |x, y| image::Rgb([(x / 2) as u8, y as u8, 120]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let mut bytes = bytes.into_inner();
    bytes.splice(2..2, exif);
    bytes
}

/// Omar's device, which is closed, makes the content of one document a newer version of another.
pub async fn newer(world: &World, (team, case): (TeamId, JournalId), (of, like): (&str, &str)) {
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    omar.documents(&case.to_string()).await.unwrap();
    drop(omar);
    let known = versions(world, "Omar", case);
    let named = |name: &str| known.iter().find(|version| version.name.as_str() == name).unwrap();
    let name = Text::new(format!("newer-{like}")).unwrap();
    let newer = DocumentVersion { document: named(of).document, version: 2, name, ..named(like).clone() };
    slip_in(world, "Omar", (team, case), &[DocumentReplaced(newer).into()]);
    world.open("Omar").sync().await.unwrap();
}

/// Nadia's case with a photograph, and what Omar's device made a newer version of it.
async fn with_two_versions(world: &World) {
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let files = [world.file("photograph.jpg", &photograph()), world.file("letter.txt", b"a letter")];
    shelter.nadia.add_documents(&case.to_string(), &files, silent()).await.unwrap();
    let team = shelter.nadia.team("Shelter").await.unwrap().team;
    drop(shelter);
    newer(world, (team, case), ("photograph.jpg", "letter.txt")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_every_version_of_a_document_is_listed_with_who_added_it_and_opens() {
    let world = World::start();
    with_two_versions(&world).await;
    let interface = unlocked(&world, "Nadia");
    let case = interface.first_case();
    interface.get(&format!("{case}/timeline"));
    let documents = read(&interface, &case);
    let link = documents.split("<li><a href=\"").find(|entry| entry.contains("newer-letter.txt")).unwrap();
    let document = link.split('"').next().unwrap().to_owned();
    let page = read(&interface, &document);
    let list = page.split("reversed").nth(1).unwrap().split("</ol>").next().unwrap();
    let entries: Vec<_> = list.split("<li>").skip(1).collect();
    assert!(entries[0].contains("Version 2") && entries[0].contains("Omar") && entries[0].contains("Newest"), "{list}");
    assert!(entries[1].contains("Version 1") && entries[1].contains("photograph.jpg") && entries[1].contains("Nadia"), "{list}");
    let older = after(entries[1], "href=\"")[0].to_owned();
    let shown = read(&interface, &older);
    assert!(shown.contains("photograph.jpg") && shown.contains(&format!("src=\"{older}/1\"")), "{shown}");
    assert!(interface.get(&format!("{older}/1")).header("content-type").starts_with("image/"));
    assert_eq!(interface.post(&format!("{older}/save"), "").status, 303);
    assert_eq!(interface.get(&format!("{document}/versions/999999")).status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_a_file_says_besides_is_shown_to_whoever_asks() {
    let world = World::start();
    let shelter = world.shelter().await;
    shelter.nadia.case_open("2026-014", "Shelter", &[]).await.unwrap();
    let file = [world.file("photograph.jpg", &photograph())];
    shelter.nadia.add_documents("2026-014", &file, silent()).await.unwrap();
    drop(shelter);
    let interface = unlocked(&world, "Nadia");
    let case = interface.first_case();
    let documents = read(&interface, &case);
    let document = after(&documents, &format!("<li><a href=\"{case}/documents/"))[0];
    let page = read(&interface, &format!("{case}/documents/{document}"));
    assert!(page.contains("with which device") && !page.contains("Pocketcam"), "the kind alone: {page}");
    let details = read(&interface, &format!("{case}/documents/{document}/details"));
    assert!(details.contains("Pocketcam"), "{details}");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_a_share_says_who_shared_what_under_which_consent_and_what_was_opened() {
    let world = supervised(&[("prs_Gender", "Feminine")]).await;
    shared(&world.open("Nadia")).await;
    let interface = unlocked(&world, "Nadia");
    let sharing = format!("{}/sharing", interface.first_case());
    let card = |page: &str| page.split("id=\"shares\"").nth(1).unwrap().split("id=\"overrides\"").next().unwrap().to_owned();
    let before = card(&read(&interface, &sharing));
    for words in [
        "<bdi>Legal</bdi>",
        "<bdi>Nadia</bdi>",
        "legal aid",
        "The person herself",
        "passport.png",
        "Gender",
        "Not opened yet",
        "They can read it. They have not answered yet.",
    ] {
        assert!(before.contains(words), "{words}: {before}");
    }
    let consents =
        after(&read(&interface, &sharing), "<article class=\"said\" id=\"").into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(before.contains(&format!("href=\"#{}\"", consents[0])), "{consents:?} {before}");
    let lena = world.open("Lena");
    let dossier = lena.dossiers().await.unwrap().remove(0);
    let out = world.directory.path().join("read");
    lena.dossier_get(&dossier.dossier.to_string(), "passport.png", &out, silent()).await.unwrap();
    let after = card(&read(&interface, &sharing));
    assert!(after.contains("Opened once") && after.contains("<bdi>Lena</bdi>") && !after.contains("Not opened yet"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_is_handed_over_and_told_is_shown_and_chosen_before() {
    let world = supervised(&[("prs_Gender", "Feminine")]).await;
    shared(&world.open("Nadia")).await;
    let interface = unlocked(&world, "Nadia");
    let case = interface.first_case();
    let page = read(&interface, &format!("{case}/sharing"));
    let share = format!("{case}/hand-over/{}", after(&page, &format!("href=\"{case}/hand-over/"))[0]);
    let form = read(&interface, &share);
    assert!(form.contains("passport.png") && form.contains("<bdi>Legal</bdi>"), "{form}");
    assert!(form.contains("name=\"tell\" value=\"prs_Gender\" checked"), "all that was consented to: {form}");
    let nothing = interface.post(&share, "");
    assert!(nothing.status == 400 && nothing.body.contains("Nothing was chosen that your team is told of."), "{nothing:?}");
    assert!(!read(&interface, &case).contains("The case is offered to"));
    assert_eq!(interface.post(&share, "tell=prs_Gender").status, 303);
    assert!(read(&interface, &case).contains("The case is offered to"));
}

#[tokio::test(flavor = "multi_thread")]
async fn web_what_is_counted_of_a_case_stands_there_before_it_is_sent() {
    let fields =
        [("prs_Gender", "Feminine"), ("prs_Citizenship", "NG"), ("prs_FirstName", "Mariam"), ("prs_Birthdate", "2001-05-17")];
    let world = supervised(&fields).await;
    let interface = unlocked(&world, "Nadia");
    let page = read(&interface, &format!("{}/counting", interface.first_case()));
    let (sent, rest) = page.split_once("This is never sent").unwrap();
    for words in ["Gender", "Woman", "Citizenship", "Sub-Saharan Africa"] {
        assert!(sent.contains(words), "{words}: {sent}");
    }
    assert!(!page.contains("Mariam") && !page.contains("2001-05") && !page.contains("Nigeria"), "{page}");
    assert!(rest.contains("names, the reference of the case"), "{rest}");
}
