//! `casevault dossier`.

use casevault_sync::Answer as Said;
use casevault_sync::view::{DossierView, Sharing};

use crate::answer::Answer;
use crate::definition::Dossier;
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape, when};

pub(super) async fn run(session: &Session, command: Dossier) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Dossier::List => {
            let list = client.dossiers().await?;
            Ok(Answer::new(shape::list(&list, shape::dossier_line), dossiers(&list)))
        }
        Dossier::Show { dossier } => Ok(shown(&client.dossier(&dossier).await?)),
        Dossier::Accept { dossier } => Ok(shown(&client.dossier_answer(&dossier, Said::Accepted, "").await?)),
        Dossier::Reject { dossier, reason } => Ok(shown(&client.dossier_answer(&dossier, Said::Rejected, &reason).await?)),
        Dossier::Done { dossier, text } => Ok(shown(&client.dossier_answer(&dossier, Said::Done, &text).await?)),
        Dossier::Get { dossier, document, out } => {
            let bar = Bar::new(session, "Fetching");
            let fetched = client.dossier_get(&dossier, &document, &out, bar.mover()).await?;
            drop(bar);
            Ok(Answer::new(shape::fetched(&fetched), super::doc::line(&fetched)))
        }
    }
}

fn dossiers(list: &[DossierView]) -> String {
    let row = |view: &DossierView| {
        [
            display::short(&view.dossier),
            display::team(&view.from.team, view.from.team_name.as_deref()),
            display::untrusted(&view.purpose),
            when::short(view.until),
            display::sharing(view.state, view.overridden),
        ]
    };
    table(["dossier", "from", "purpose", "until", "state"], &list.iter().map(row).collect::<Vec<_>>())
}

fn shown(view: &DossierView) -> Answer {
    let mut text = dossiers(std::slice::from_ref(view));
    for (field, value) in &view.fields {
        text.push_str(&format!("\n  {field}  {}", display::untrusted(value)));
    }
    if !view.documents.is_empty() {
        text.push_str(&format!("\n\n{}", super::doc::documents(&view.documents)));
    }
    for records in super::assistance::records(&view.records).iter().filter(|records| !records.is_empty()) {
        text.push_str(&format!("\n\n{records}"));
    }
    if view.takeover.is_some() && view.state == Sharing::Sent {
        text.push_str("\n\nThe case is offered to be taken over: casevault case take-over DOSSIER --title TITLE");
    }
    Answer::new(shape::dossier(view), text)
}
