//! Who receives something, or sent it: the team, whose it is, and whether people have compared the safety number of that organisation.

use casevault_sync::Client;
use casevault_sync::id::OrganisationId;
use casevault_sync::view::{PartnerState, PartnerView, RecipientView};
use maud::{Markup, html};

use crate::failure::Outcome;
use crate::part;
use crate::words::Words;

/// The organisations that this device knows.
pub(super) struct Known {
    own: OrganisationId,
    partners: Vec<PartnerView>,
}

impl Known {
    /// Those that the client knows.
    pub(super) async fn of(client: &Client) -> Outcome<Self> {
        Ok(Self { own: client.organisation_id(), partners: client.partners().await? })
    }

    /// A team with its organisation.
    pub(super) fn shown(&self, words: Words, to: &RecipientView) -> Markup {
        html! {
            (part::named(to.team_name.as_deref(), &to.team)) " "
            span.meta { (self.organisation(words, &to.organisation)) }
        }
    }

    fn organisation(&self, words: Words, of: &OrganisationId) -> Markup {
        if *of == self.own {
            return html! { (words.say("whom-own")) };
        }
        let Some(partner) = self.partners.iter().find(|partner| partner.partner == *of) else {
            return part::chip("bad", "warning", &words.say("whom-unknown"));
        };
        html! {
            (words.say("whom-partner")) " " bdi dir="ltr" { (partner.keyserver.trim_start_matches("https://").trim_start_matches("http://")) } " "
            @match partner.state {
                PartnerState::Confirmed => (part::chip("good", "check", &words.say("whom-compared"))),
                PartnerState::Added => (part::chip("warn", "warning", &words.say("whom-not-compared"))),
                PartnerState::Removed => (part::chip("bad", "warning", &words.say("whom-removed"))),
            }
        }
    }
}
