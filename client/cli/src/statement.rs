//! What the statements of the organisation log mean, in words.

use casevault_sync::view::{LogView, Subject};

use crate::display;

/// One sentence, without its end.
pub(crate) fn words(view: &LogView) -> String {
    let of = |kind: &str| view.subjects.iter().find(|subject| subject.kind == kind).map_or_else(String::new, called);
    let (person, team) = (|| of("person"), || of("team"));
    match view.statement {
        "found" => format!("founds the organisation, with the key server {} and the vault {}", of("keyserver"), of("vault")),
        "add-person" => format!("{} belongs to the organisation, as {}", person(), of("role")),
        "add-device" => format!("{} has the device {}", person(), of("device")),
        "set-role" => format!("{} is {} from now on", person(), of("role")),
        "remove-person" => format!("{} is removed, with every device, from every team", person()),
        "revoke-device" => format!("the device {} is trusted no longer", of("device")),
        "create-directory" => "there is a directory of names, to which everybody belongs".to_owned(),
        "create-team" => format!("there is a team {}, of {}", team(), people(view)),
        "add-to-team" => format!("{} is in the team {}", person(), team()),
        "remove-from-team" => format!("{} leaves the team {}, which changes its keys", person(), team()),
        "rotate-team" => format!("the team {} shall change its keys", team()),
        "freeze-team" => format!("the vault shall take no writing of the team {}", team()),
        "unfreeze-team" => format!("the vault may take writing of the team {} again", team()),
        "team-sealing-key" => format!("the team {} has reached key {} and receives under it", team(), of("generation")),
        "void-commit" => format!("the change of the team {} that began epoch {} is void", team(), of("epoch")),
        "add-partner" => format!("{} at {} shall be a partner, once its root was compared", of("partner"), of("keyserver")),
        "confirm-partner" => format!("people have compared the safety number with {}, which is a partner", of("partner")),
        "remove-partner" => format!("{} is a partner no longer", of("partner")),
        "create-recoverable-team" => format!("there is a team {}, of {}, which trustees can open again", team(), people(view)),
        "recovery-policy" => {
            format!("the recovery policy {} is proposed, of which any {} open: {}", of("policy"), of("threshold"), people(view))
        }
        "approve-recovery-policy" => format!("the recovery policy {} shall be in force", of("policy")),
        "announce-recovery" => format!("the team {} will be opened by recovery, on the device {}", team(), of("device")),
        "cancel-recovery" => format!("the recovery announced as {} is cancelled", of("announcement")),
        "recovery-opened" => format!("the team {} was opened by recovery, on the device {}", team(), of("device")),
        other => [other.to_owned()].into_iter().chain(view.subjects.iter().map(called)).collect::<Vec<_>>().join(" "),
    }
}

fn people(view: &LogView) -> String {
    let named: Vec<_> = view.subjects.iter().filter(|subject| subject.kind == "person").map(called).collect();
    if named.is_empty() { "nobody yet".to_owned() } else { named.join(", ") }
}

/// A subject by its name, or the beginning of its id.
fn called(subject: &Subject) -> String {
    subject.name.as_deref().map_or_else(|| display::subject(&subject.id), display::untrusted)
}

#[cfg(test)]
mod tests {
    use casevault_wire::time::Time;

    use super::*;

    fn view(statement: &'static str, subjects: &[(&'static str, &str, Option<&str>)]) -> LogView {
        let subject = |(kind, id, name): &(&'static str, &str, Option<&str>)| Subject {
            kind,
            id: (*id).to_owned(),
            name: name.map(str::to_owned),
        };
        let subjects = subjects.iter().map(subject).collect();
        LogView { sequence: 0, time: Time(0), author: None, author_name: None, statement, subjects }
    }

    #[test]
    fn a_statement_is_read_with_names_where_there_are_some() {
        let (nadia, id) = (Some("Nadia"), "0123456789abcdef0123456789abcdef");
        let added = view("add-person", &[("person", id, nadia), ("role", "caseworker", None)]);
        assert_eq!(words(&added), "Nadia belongs to the organisation, as caseworker");
        let made = view("create-team", &[("team", id, None), ("person", id, nadia), ("person", id, Some("Omar"))]);
        assert_eq!(words(&made), "there is a team 0123456789ab, of Nadia, Omar");
        assert_eq!(words(&view("create-team", &[("team", id, Some("North"))])), "there is a team North, of nobody yet");
    }

    #[test]
    fn a_name_cannot_drive_the_terminal_and_an_unknown_statement_is_shown() {
        let removed = view("remove-person", &[("person", "00", Some("\u{1b}[2J"))]);
        assert_eq!(words(&removed), "\\u{1b}[2J is removed, with every device, from every team");
        assert_eq!(words(&view("something-new", &[("team", "00", Some("North"))])), "something-new North");
    }
}
