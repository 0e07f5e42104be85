//! What two people's programs do in the storm, and what they were told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use casevault_tests::device::{Device, Ended};
use casevault_tests::moments::Moments;
use casevault_tests::world::World;
use casevault_wire::limit;
use rustix::process::Signal;

use super::Strings;

/// What was written in a round and what was said of it. What was written and not acknowledged may be there, once.
#[derive(Default)]
pub struct Told {
    /// Case and text of each note, and whether it was acknowledged.
    pub notes: BTreeMap<(String, String), bool>,
    /// Case and name of each document, whose file has the same name, and whether it was acknowledged.
    pub documents: BTreeMap<(String, String), bool>,
    /// Title of each case, and its id where it was acknowledged.
    pub cases: BTreeMap<String, Option<String>>,
    /// What a field of a case may be: what was acknowledged last, and what was tried since.
    pub fields: BTreeMap<String, BTreeSet<String>>,
    /// Whether Amal did anything.
    pub amal: bool,
    /// What should not have been said.
    pub errors: Vec<String>,
    /// How many commands were acknowledged, queued, and killed.
    pub ends: [u64; 3],
}

impl Told {
    /// A note.
    pub fn note(&mut self, case: &str, text: &str, acknowledged: bool) {
        self.notes.insert((case.to_owned(), text.to_owned()), acknowledged);
    }

    fn field(&mut self, case: &str, value: &str, acknowledged: bool) {
        let may = self.fields.entry(case.to_owned()).or_insert_with(|| BTreeSet::from([String::new()]));
        if acknowledged {
            may.clear();
        }
        may.insert(value.to_owned());
    }
}

/// Nadia, who is in the team, and Amal, who administers it.
pub struct Load {
    nadia: Device,
    amal: Device,
    files: PathBuf,
    moments: Moments,
    number: u64,
    /// The case that is written to: the newest that was acknowledged.
    pub case: String,
    told: Told,
}

impl Load {
    pub fn new(world: &World, case: &str, moments: Moments) -> Self {
        let files = world.directory.path().join("files");
        let (nadia, amal) = (world.device("Nadia"), world.device("Amal"));
        Self { nadia, amal, files, moments, number: 0, case: case.to_owned(), told: Told::default() }
    }

    /// One command after the other until it is stopped.
    pub async fn run(&mut self, strings: &Strings) {
        while !strings.stopped() {
            self.number += 1;
            let number = self.number;
            match self.moments.below(20) {
                0..=7 => self.note(number, strings).await,
                8..=11 => self.documents(number, strings).await,
                12 => self.large(number, strings).await,
                13..=14 => self.open(number, strings).await,
                15..=16 => self.set(number, strings).await,
                17 => drop(self.nadia(&["team", "rotate", "Shelter"], strings).await),
                18 => self.member(strings).await,
                _ => drop(self.nadia(&["sync"], strings).await),
            }
        }
    }

    /// What was told since the last time, with what a colleague was told.
    pub fn told(&mut self, colleague: Told) -> Told {
        let mut told = std::mem::take(&mut self.told);
        // A field's value stands until another is acknowledged.
        self.told.fields = told.fields.clone();
        told.notes.extend(colleague.notes);
        told.errors.extend(colleague.errors);
        told
    }

    async fn command(&self, device: &Device, arguments: &[&str], strings: &Strings) -> (Ended, Option<String>) {
        let mut running = device.start(arguments);
        let ended = tokio::select! {
            ended = running.end() => ended,
            () = strings.kill.notified() => {
                running.signal(Signal::KILL);
                running.end().await
            }
        };
        let wrong = !matches!(ended.code, None | Some(0 | 13));
        let wrong = wrong.then(|| format!("{arguments:?}: exit {:?}, {}", ended.code, ended.error.trim()));
        (ended, wrong)
    }

    /// A command of Nadia's; whether it was acknowledged, on its end or by what it printed before it was killed.
    async fn nadia(&mut self, arguments: &[&str], strings: &Strings) -> (Ended, bool) {
        let (ended, wrong) = self.command(&self.nadia, arguments, strings).await;
        self.count(&ended, wrong);
        let acknowledged = matches!(ended.code, Some(0 | 13)) || !ended.answer.is_null();
        (ended, acknowledged)
    }

    fn count(&mut self, ended: &Ended, wrong: Option<String>) {
        let which = match ended.code {
            Some(0) => 0,
            Some(_) => 1,
            None => 2,
        };
        self.told.ends[which] += 1;
        self.told.errors.extend(wrong);
    }

    async fn note(&mut self, number: u64, strings: &Strings) {
        let (case, text) = (self.case.clone(), format!("note {number}"));
        let (_, acknowledged) = self.nadia(&["note", "add", &case, &text], strings).await;
        self.told.note(&case, &text, acknowledged);
    }

    async fn add(&mut self, files: &[(String, Vec<u8>)], strings: &Strings) {
        let case = self.case.clone();
        let mut arguments = vec!["doc".to_owned(), "add".to_owned(), case.clone()];
        for (name, content) in files {
            let file = self.files.join(name);
            std::fs::write(&file, content).unwrap();
            arguments.push(file.to_str().unwrap().to_owned());
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (ended, acknowledged) = self.nadia(&arguments, strings).await;
        if acknowledged && ended.answer.as_array().map(Vec::len) != Some(files.len()) {
            self.told.errors.push(format!("{arguments:?} answered {}", ended.answer));
        }
        for (name, _) in files {
            self.told.documents.insert((case.clone(), name.clone()), acknowledged);
        }
    }

    async fn documents(&mut self, number: u64, strings: &Strings) {
        let some = 1 + self.moments.below(3);
        let names = (1..=some).map(|part| format!("document {number}.{part}"));
        let files: Vec<_> = names.map(|name| (name.clone(), name.repeat(200).into_bytes())).collect();
        self.add(&files, strings).await;
    }

    async fn large(&mut self, number: u64, strings: &Strings) {
        let name = format!("large document {number}");
        let content = name.as_bytes().iter().copied().cycle().take(limit::SMALL_BLOB + 100_000).collect();
        self.add(&[(name, content)], strings).await;
    }

    async fn open(&mut self, number: u64, strings: &Strings) {
        let (title, guardian) = (format!("Case {number}"), format!("cv_GuardianName=Guardian {number}"));
        let (ended, acknowledged) = self.nadia(&["case", "open", &title, "--team", "Shelter", "--set", &guardian], strings).await;
        let case = acknowledged.then(|| ended.answer["case"].as_str().unwrap().to_owned());
        if let Some(case) = &case {
            self.case = case.clone();
            self.told.field(case, &format!("Guardian {number}"), true);
        }
        self.told.cases.insert(title, case);
    }

    async fn set(&mut self, number: u64, strings: &Strings) {
        let (case, value) = (self.case.clone(), format!("Guardian {number}"));
        let assignment = format!("cv_GuardianName={value}");
        let (_, acknowledged) = self.nadia(&["case", "set", &case, &assignment], strings).await;
        self.told.field(&case, &value, acknowledged);
    }

    /// Amal has Lena join or leave the team, whichever it is.
    async fn member(&mut self, strings: &Strings) {
        self.told.amal = true;
        let (shown, wrong) = self.command(&self.amal, &["team", "show", "Shelter"], strings).await;
        self.count(&shown, wrong);
        let Some(members) = shown.answer["members"].as_array() else { return };
        let what = if members.iter().any(|member| member["name"] == "Lena") { "remove" } else { "add" };
        let (ended, wrong) = self.command(&self.amal, &["team", what, "Shelter", "Lena"], strings).await;
        self.count(&ended, wrong);
    }
}
