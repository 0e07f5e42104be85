//! `casevault org partner` and `casevault org safety-number`.

use casevault_sync::view::{PartnerState, PartnerView};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use crate::answer::Answer;
use crate::definition::Partner;
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape};

pub(super) async fn run(session: &Session, command: Partner) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Partner::Add { url, fingerprint } => Ok(added(&client.partner_add(&url, &fingerprint).await?)),
        Partner::Confirm { partner } => Ok(confirmed(&client.partner_confirm(&partner).await?)),
        Partner::Remove { partner } => Ok(removed(&client.partner_remove(&partner).await?)),
        Partner::List => {
            let own = format!(
                "Partners name this organisation with: casevault org partner add {} {}",
                client.keyserver_address(),
                client.fingerprint()
            );
            Ok(list(&client.partners().await?).with_note(own))
        }
    }
}

/// The digits, and where they can be drawn the same as a picture.
pub(super) async fn safety_number(session: &Session, partner: &str) -> Result<Answer, Failure> {
    let view = session.client().await?.partner(partner).await?;
    let picture = session.draws().then(|| QrCode::new(view.safety_number.digits()).ok()).flatten();
    let picture = picture.map(|qr| qr.render::<Dense1x2>().build()).unwrap_or_default();
    let json = json!({"partner": shape::text(&view.partner), "safety_number": shape::text(&view.safety_number)});
    let note = format!(
        "{picture}\nCompare it with the number that people of the partner see, in person or by a way that does not use these servers.\n\
         If all twelve groups are the same: casevault org partner confirm {}",
        display::short(&view.partner)
    );
    Ok(Answer::new(json, view.safety_number.to_string()).with_note(note.trim_start_matches('\n')))
}

fn added(view: &PartnerView) -> Answer {
    let text = match view.state {
        PartnerState::Confirmed => format!("{} is a partner already, and confirmed.", display::short(&view.partner)),
        _ => format!(
            "Named {} as a partner. Nothing is shared with it yet.\n  safety number  {}",
            display::short(&view.partner),
            view.safety_number
        ),
    };
    let next = "Next: compare the safety number with people of the partner (casevault org safety-number), then casevault org partner \
                confirm. Theirs have to name and confirm you as well.";
    Answer::new(shape::partner(view), text).with_note(next)
}

fn confirmed(view: &PartnerView) -> Answer {
    let text = format!("Confirmed {}: what is shared with its teams can be sealed to them.", display::short(&view.partner));
    Answer::new(shape::partner(view), text)
}

fn removed(view: &PartnerView) -> Answer {
    let text = format!("{} is a partner no longer: nothing more is sealed to it.", display::short(&view.partner));
    Answer::new(shape::partner(view), text)
}

fn list(partners: &[PartnerView]) -> Answer {
    let row = |view: &PartnerView| {
        let state = shape::partner_state(view.state).to_owned();
        [display::short(&view.partner), display::untrusted(&view.keyserver), state, view.safety_number.to_string()]
    };
    let rows: Vec<_> = partners.iter().map(row).collect();
    Answer::new(shape::list(partners, shape::partner), table(["partner", "key server", "state", "safety number"], &rows))
}
