//! A year of two organisations with known cases: what is published is as near to the truth as it says, and stays.
//!
//! `CASEVAULT_STATISTICS_CASES` asks for more cases, and says how long it took and how much memory.

use std::collections::BTreeMap;
use std::time::Instant;

use casevault_sync::{Client, Period, Release, Role};
use casevault_tests::world::{ServerProcess, World};

use super::{close, is_conflict, later, released, this_quarter};

/// Cases that are alike: of each hundred so many, their fields, and where they count.
struct Kind {
    share: usize,
    fields: &'static [(&'static str, &'static str)],
    counts: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 2] = [
    Kind {
        share: 80,
        fields: &[
            ("prs_Gender", "Feminine"),
            ("prs_Citizenship", "NP"),
            ("cv_CountryOfExploitation", "AE"),
            ("cv_MonthsTrafficked", "18"),
            ("cv_RecruiterRelation", "Friend"),
            ("vic_TypeOfExploitation", "ForcedLabour"),
            ("vic_MethodsOfControl", "WithholdsDocuments"),
        ],
        counts: &[
            ("Cases", "All"),
            ("Gender", "Woman"),
            ("Citizenship", "Southern Asia"),
            ("CountryOfExploitation", "Western Asia"),
            ("MonthsTrafficked", "13-24"),
            ("Means", "Withheld documents"),
            ("Type", "Forced labour"),
            ("Recruiter", "Friend"),
            ("Type × Gender", "Forced labour × Woman"),
            ("Type × ExploitationRegion", "Forced labour × Asia"),
            ("CitizenshipRegion × ExploitationRegion", "Asia × Asia"),
            ("Means × Type", "Withheld documents × Forced labour"),
            ("Recruiter × Gender", "Friend × Woman"),
        ],
    },
    Kind {
        share: 20,
        fields: &[
            ("prs_Gender", "Masculine"),
            ("prs_Citizenship", "KE"),
            ("cv_CountryOfExploitation", "GB"),
            ("vic_TypeOfExploitation", "ForcedLabour"),
            ("vic_MethodsOfControl", "PhysicalThreats"),
        ],
        counts: &[
            ("Cases", "All"),
            ("Gender", "Man"),
            ("Citizenship", "Sub-Saharan Africa"),
            ("CountryOfExploitation", "Northern Europe"),
            ("Means", "Threats"),
            ("Type", "Forced labour"),
            ("Type × Gender", "Forced labour × Man"),
            ("Type × ExploitationRegion", "Forced labour × Europe"),
            ("CitizenshipRegion × ExploitationRegion", "Africa × Europe"),
            ("Means × Type", "Threats × Forced labour"),
        ],
    },
];

/// Of so many cases, how many are open in each quarter, of a hundred.
const OPEN: [usize; 4] = [85, 90, 95, 100];
/// Cases of the last quarter that are left out, all of the first kind.
const LEFT_OUT: usize = 3;

fn kind(case: usize) -> &'static Kind {
    // Four of the first and one of the second, and so on.
    &KINDS[usize::from(case % 100 % (100 / KINDS[1].share) == 4)]
}

type Truth = BTreeMap<(&'static str, &'static str), u64>;

fn truth(cases: impl Iterator<Item = usize>) -> Truth {
    let mut truth = Truth::new();
    for place in cases.flat_map(|case| kind(case).counts) {
        *truth.entry(*place).or_default() += 1;
    }
    truth
}

/// How often what holds in so many of a million was seen.
#[derive(Default)]
struct Seen {
    held: u32,
    all: u32,
}

impl Seen {
    fn look(&mut self, holds: bool) {
        self.held += u32::from(holds);
        self.all += 1;
    }

    /// How many standard deviations more often than `expected`.
    fn above(&self, expected: f64) -> f64 {
        let (share, all) = (f64::from(self.held) / f64::from(self.all), f64::from(self.all));
        (share - expected) / (expected * (1.0 - expected) / all).sqrt()
    }
}

/// Compares figures with what is true: how often those that cannot be suppressed within their error are within it, and how often cells of
/// no case are not suppressed. And tables of which a case counts in one cell at most add up to all cases.
fn compare(release: &Release, truth: &Truth, (near, shown): (&mut Seen, &mut Seen)) {
    let mut found = 0;
    for table in &release.tables {
        for cell in &table.cells {
            let known = truth.iter().find(|((name, code), _)| (*name, *code) == (table.name.as_str(), cell.code.as_str()));
            let count = known.map_or(0, |(_, count)| *count);
            found += usize::from(known.is_some());
            assert!(cell.value.is_none_or(|value| value >= release.threshold && value.abs_diff(count) < 6 * 19));
            assert_eq!(cell.suppressed, cell.value.is_none());
            if count >= release.threshold + cell.error {
                near.look(cell.value.is_some_and(|value| value.abs_diff(count) <= cell.error));
            } else if count == 0 {
                shown.look(cell.value.is_some());
            }
        }
    }
    assert_eq!(found, truth.len(), "each place is one of the release");
    for name in ["YearOfRegistration", "Gender", "AgeBand", "MonthsTrafficked", "Movement"] {
        let table = release.tables.iter().find(|table| table.name == name).unwrap();
        let values = table.cells.iter().chain(&table.rest).filter_map(|cell| cell.value);
        assert_eq!(values.sum::<u64>(), release.reports, "{name}");
    }
}

/// An organisation whose year is told.
struct Organisation {
    names: [&'static str; 4],
    administrator: Client,
    caseworker: Client,
    supervisor: Client,
    analyst: Client,
}

impl Organisation {
    async fn founded(world: &World, names: [&'static str; 4]) -> Self {
        let administrator = world.found(names[0]).await;
        let caseworker = world.bring_in(&administrator, names[1], Role::Caseworker).await;
        let supervisor = world.bring_in(&administrator, names[2], Role::Supervisor).await;
        let analyst = world.bring_in(&administrator, names[3], Role::Analyst).await;
        administrator.team_create("Shelter", &[names[1].to_owned(), names[2].to_owned()]).await.unwrap();
        for client in [&caseworker, &supervisor, &caseworker] {
            client.sync().await.unwrap();
        }
        Self { names, administrator, caseworker, supervisor, analyst }
    }

    /// Opens cases and contributes to each quarter, closes each, and compares.
    async fn year(
        &self,
        world: &World,
        quarters: [Period; 4],
        cases: usize,
        (near, shown): (&mut Seen, &mut Seen),
    ) -> Vec<Release> {
        let (mut opened, mut releases, began) = (0, Vec::new(), Instant::now());
        let tell = |what: &str| {
            let (vault, keyserver) = (most_memory(&world.vault), most_memory(&world.keyserver));
            let seconds = began.elapsed().as_secs_f64();
            println!("{}: {what} after {seconds:.1} s; the vault took {vault} MiB, the keyserver {keyserver} MiB", self.names[0]);
        };
        for (quarter, share) in quarters.into_iter().zip(OPEN) {
            while opened < cases * share / 100 {
                let fields: Vec<_> = kind(opened).fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
                self.caseworker.case_open(&format!("Case {opened}"), "Shelter", &fields).await.unwrap();
                opened += 1;
            }
            tell(&format!("{opened} cases are open"));
            assert_eq!(self.caseworker.stats_contribute(quarter, None).await.unwrap(), opened as u64);
            tell(&format!("{quarter} is contributed to"));
        }
        let left_out: Vec<usize> = (0..LEFT_OUT).collect();
        for case in &left_out {
            self.caseworker.stats_withdraw(&format!("Case {case}"), quarters[3]).await.unwrap();
        }
        for (quarter, share) in quarters.into_iter().zip(OPEN) {
            let counted = (0..cases * share / 100).filter(|case| quarter != quarters[3] || !left_out.contains(case));
            let release = released(close(&self.analyst, quarter).await.unwrap());
            compare(&release, &truth(counted), (near, shown));
            releases.push(release);
            tell(&format!("{quarter} is counted"));
        }
        assert!(self.analyst.cases().await.unwrap().is_empty(), "and not one case");
        releases
    }
}

/// The most memory that a server has taken, MiB.
fn most_memory(server: &ServerProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

// Obeys R-8.12-1, R-8.12-9.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_two_organisations_is_published_as_near_to_the_truth_as_it_says_and_stays() {
    let cases: usize = std::env::var("CASEVAULT_STATISTICS_CASES").map_or(200, |value| value.parse().expect("a number")) / 2;
    let world = World::start();
    let year = this_quarter().year - 1;
    let quarters = [1, 2, 3, 4].map(|quarter| Period::parse(&format!("{year}-Q{quarter}")).unwrap());
    let organisations = [
        Organisation::founded(&world, ["Amal", "Nadia", "Sara", "Rana"]).await,
        Organisation::founded(&world, ["Berta", "Clara", "Dora", "Emma"]).await,
    ];
    let (mut near, mut shown, mut releases) = (Seen::default(), Seen::default(), Vec::new());
    for organisation in &organisations {
        releases.push(organisation.year(&world, quarters, cases, (&mut near, &mut shown)).await);
    }
    println!(
        "{} of {} figures are within their error; {} of {} cells of no case are shown",
        near.held, near.all, shown.held, shown.all
    );
    // 95.7 % of two servers' noise is within 37, and 9.1 % of it is 25 or more: tables that agree are nearer to the truth than that.
    assert!(near.all > 50 && near.above(0.957) > -5.0, "{} of {}", near.held, near.all);
    assert!(shown.all > 500 && shown.above(0.091) < 5.0, "{} of {}", shown.held, shown.all);

    // Withdrawing, changing and erasing changes nothing of what was published.
    let [Organisation { names, caseworker, supervisor, analyst, administrator }, _] = organisations;
    assert!(is_conflict(&caseworker.stats_withdraw("Case 7", quarters[0]).await));
    caseworker.case_set("Case 8", &[("prs_Gender".into(), "Masculine".into())]).await.unwrap();
    caseworker.erasure_ask("Case 9", "she asked").await.unwrap();
    supervisor.sync().await.unwrap();
    supervisor.erasure_confirm("Case 9").await.unwrap();
    drop((caseworker, administrator));
    let caseworker = later(&world, names[1], 31);
    for _ in ["hears of it", "erases"] {
        caseworker.sync().await.unwrap();
    }
    let open = OPEN.map(|share| cases * share / 100)[3];
    assert_eq!(caseworker.cases().await.unwrap().len(), open - 1);
    for (quarter, release) in quarters.into_iter().zip(&releases[0]) {
        assert_eq!(&released(analyst.stats_show(quarter).await.unwrap()), release);
    }
    drop((caseworker, supervisor, analyst));
    world.stop_and_check().unwrap();
}
