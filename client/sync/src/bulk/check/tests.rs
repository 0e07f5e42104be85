use super::super::rows::rows;
use super::*;
use casevault_wire::codec::List;

const NADIA: PersonId = PersonId([0x11; 16]);
const OMAR: PersonId = PersonId([0x22; 16]);
const GONE: PersonId = PersonId([0x33; 16]);

/// Nadia with a device in North, Omar without, and somebody who left.
fn shelter() -> Known {
    let person = |name: &str, removed, has_device| KnownPerson {
        name: Some(name.into()),
        role: Role::Legal,
        removed,
        has_device,
        withheld: false,
    };
    let team = |id, name: &str, members: &[PersonId]| KnownTeam {
        team: TeamId([id; 32]),
        name: Some(name.into()),
        members: members.iter().copied().collect(),
    };
    Known {
        people: [(NADIA, person("Nadia", false, true)), (OMAR, person("Omar", false, false)), (GONE, person("Pia", true, false))]
            .into(),
        invited: vec![(PersonId([0x44; 16]), "Quy".into())],
        teams: vec![team(1, "North", &[NADIA]), team(2, "Two", &[]), team(3, "Two", &[])],
    }
}

/// Line, column and word of what is wrong.
type Said = Vec<(u64, Option<Column>, &'static str)>;

fn judged(file: &str, plan: Option<&Plan>) -> (Review, Said) {
    let known = shelter();
    let (rows, mut problems) = rows(file.as_bytes());
    let wanted = check(&rows, &known, plan, &mut problems);
    let review = wanted.review(&known, problems);
    let said = review.problems.iter().map(|problem| (problem.line, problem.column, problem.flaw.as_str())).collect();
    (review, said)
}

#[test]
fn a_clean_file_says_what_it_adds() {
    let file = format!(
        "name,role,teams,person\nRosa,caseworker,North;South,\nSan,analyst,,\nNadia,legal,North,{NADIA}\n,legal,South,{OMAR}\n"
    );
    let (review, said) = judged(&file, None);
    assert_eq!(said, []);
    let counts = (review.rows, review.people, review.teams, review.memberships, review.invitations);
    assert_eq!(counts, (4, 2, 1, 3, 3), "Nadia is in North and has a device; Omar has none");
}

#[test]
fn every_mistake_is_said_by_line_and_column() {
    let long = "x".repeat(257);
    let file = format!(
        "name,role,teams,person\n,legal,,\n{long},legal,,\nTab\there,legal,,\nRosa,chef,,\nrosa,legal,,\nNadia,legal,,\nQUY,legal,,\n\
         San,analyst,North,\nTam,legal,North;North,\nUma,legal,north,\nVic,legal,West;west,\nWu,legal,Two,\nXi,legal,North;;South,\n\
         Ann,legal,,77\nBob,legal,,{}\nOmar,legal,,{NADIA}\nPia,legal,,{GONE}\nOmar,administrator,,{OMAR}\nNadia,legal,,{NADIA}\n\
         ab\u{202e}cd,legal,,\n",
        PersonId([0x55; 16])
    );
    let (_, said) = judged(&file, None);
    let (name, role, teams, person) = (Some(Column::Name), Some(Column::Role), Some(Column::Teams), Some(Column::Person));
    assert_eq!(
        said,
        [
            (2, name, "no-name"),
            (3, name, "long-name"),
            (4, name, "characters"),
            (5, role, "unknown-role"),
            (6, name, "duplicate"),
            (7, name, "exists"),
            (8, name, "exists"),
            (9, teams, "analyst"),
            (10, teams, "team-twice"),
            (11, teams, "similar-team"),
            (12, teams, "similar-team"),
            (13, teams, "ambiguous-team"),
            (14, teams, "no-name"),
            (15, person, "unknown-person"),
            (16, person, "unknown-person"),
            (17, name, "other-name"),
            (18, person, "removed"),
            (19, role, "other-role"),
            (20, person, "duplicate"),
            (21, name, "characters"),
        ]
    );
}

#[test]
fn a_row_may_have_several_mistakes() {
    let (_, said) = judged("name,role,teams\n,chef,North;North\n", None);
    assert_eq!(said.iter().map(|(_, _, word)| *word).collect::<Vec<_>>(), ["no-name", "unknown-role", "team-twice"]);
}

#[test]
fn whom_the_same_file_brought_in_before_is_no_mistake() {
    let file = "name,role,teams\nNadia,legal,North\nRosa,legal,\n";
    assert_eq!(judged(file, None).1, [(2, Some(Column::Name), "exists")]);
    let people = List::new(vec![NADIA, PersonId([0x66; 16])]).unwrap();
    let plan = Plan { file: [0; 32], people, teams: List::default() };
    let (review, said) = judged(file, Some(&plan));
    assert_eq!((said, review.people, review.memberships), (vec![], 1, 0));
}

#[test]
fn a_new_team_has_no_more_members_than_its_statement_can_name() {
    let rows: String = (0..=limit::TEAM_MEMBERS + 1).map(|number| format!("Person {number},legal,Crowd\n")).collect();
    let (_, said) = judged(&format!("name,role,teams\n{rows}"), None);
    assert_eq!(said, [(limit::TEAM_MEMBERS as u64 + 2, Some(Column::Teams), "team-full")]);
}

#[test]
fn composed_and_decomposed_letters_are_one_name() {
    let (_, said) = judged("name,role,teams\nZoe\u{301},legal,\nZo\u{e9},legal,\n", None);
    assert_eq!(said, [(3, Some(Column::Name), "duplicate")]);
}
