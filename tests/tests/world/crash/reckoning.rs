//! After the storm: whether everything that was acknowledged is there, once, as it was, for a colleague too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use casevault_sync::Client;
use casevault_sync::view::CaseView;
use casevault_tests::device::Device;
use casevault_tests::world::{World, silent};

use super::load::Told;

/// The devices that are asked.
pub struct Reckoning {
    nadia: Device,
    amal: Device,
    /// A colleague's, which writes too.
    pub omar: Client,
    lena: Client,
    directory: PathBuf,
    ends: [u64; 3],
    /// How many servers were killed.
    pub servers: u64,
}

impl Reckoning {
    pub fn new(world: &World, omar: Client, lena: Client) -> Self {
        let (nadia, amal) = (world.device("Nadia"), world.device("Amal"));
        Self { nadia, amal, omar, lena, directory: world.directory.path().to_owned(), ends: [0; 3], servers: 0 }
    }

    /// Holds what is there against what was told.
    pub async fn settle(&mut self, told: &Told, when: &str) {
        assert!(told.errors.is_empty(), "{when}: {:#?}", told.errors);
        for (sum, more) in self.ends.iter_mut().zip(told.ends) {
            *sum += more;
        }
        for device in told.amal.then_some(&self.amal).into_iter().chain([&self.nadia]) {
            let synchronised = device.run(&["sync"]).await;
            assert_eq!(synchronised.code, Some(0), "{when}: {} {}", synchronised.answer, synchronised.error);
            assert_eq!(synchronised.answer["queued"], 0, "{when}");
        }
        self.lena.sync().await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        let report = self.omar.sync().await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
        assert_eq!((report.queued, report.alarms.len()), (0, 0), "{when}: {report:?}");
        self.cases(told, when).await;
        self.verify(when).await;
    }

    async fn verify(&self, when: &str) {
        let hers = self.nadia.run(&["verify"]).await;
        assert_eq!(hers.code, Some(0), "{when}: {} {}", hers.answer, hers.error);
        let his = self.omar.verify(None).await.unwrap();
        assert!(his.problems.is_empty(), "{when}: {:?}", his.problems);
        assert_eq!(hers.answer["documents"], his.documents, "{when}");
    }

    async fn cases(&self, told: &Told, when: &str) {
        let listed = self.omar.cases().await.unwrap();
        let titles = once(listed.iter().map(|case| case.title.as_str()), when);
        for (title, case) in &told.cases {
            let there = titles.contains(title.as_str());
            assert!(there || case.is_none(), "{when}: {title} is lost");
        }
        let touched = told.notes.keys().chain(told.documents.keys()).map(|(case, _)| case).chain(told.fields.keys());
        for case in touched.collect::<BTreeSet<_>>() {
            let view = self.omar.case(case).await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
            self.case(case, &view, told, when).await;
        }
    }

    async fn case(&self, case: &str, view: &CaseView, told: &Told, when: &str) {
        let of = |map: &BTreeMap<(String, String), bool>| -> BTreeMap<String, bool> {
            map.iter().filter(|((of, _), _)| of == case).map(|((_, name), told)| (name.clone(), *told)).collect()
        };
        let notes = once(view.notes.iter().map(|note| note.text.as_str()), when);
        let documents = once(view.documents.iter().map(|document| document.name.as_str()), when);
        for (map, there) in [(&told.notes, &notes), (&told.documents, &documents)] {
            for (name, acknowledged) in of(map) {
                assert!(!acknowledged || there.contains(name.as_str()), "{when}: {name} is lost");
            }
        }
        let value = view.fields.iter().find(|(field, _)| field == "cv_GuardianName").map_or("", |(_, value)| value);
        if let Some(may) = told.fields.get(case) {
            assert!(may.contains(value), "{when}: {value:?} and not of {may:?}");
        }
        for name in of(&told.documents).keys().filter(|name| documents.contains(name.as_str())) {
            self.bytes(case, name, when).await;
        }
    }

    /// The colleague's copy of a document is the file that was added.
    async fn bytes(&self, case: &str, name: &str, when: &str) {
        let out = self.directory.join("out");
        self.omar.get_document(case, name, &out, silent()).await.unwrap_or_else(|error| panic!("{when}: {name}: {error:?}"));
        let same = std::fs::read(&out).unwrap() == std::fs::read(self.directory.join("files").join(name)).unwrap();
        assert!(same, "{when}: {name} differs");
        std::fs::remove_file(out).unwrap();
    }

    /// Says how much of a storm it was so far, for whoever counts.
    pub fn say(&self, when: &str) {
        let [sent, queued, killed] = self.ends;
        let kills = self.servers + killed;
        println!(
            "{when}: {kills} kills ({killed} of the program); {sent} commands acknowledged by the vault, {queued} queued; nothing lost"
        );
    }

    /// The storm was one.
    pub async fn end(&self, seed: u64) {
        let [sent, _, killed] = self.ends;
        assert!(sent > 0 && killed > 0, "seed {seed}: something was acknowledged, somebody was killed");
    }
}

/// All of them, each of which is there once.
fn once<'a>(things: impl Iterator<Item = &'a str>, when: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    for thing in things {
        assert!(seen.insert(thing), "{when}: {thing} is there twice");
    }
    seen
}
