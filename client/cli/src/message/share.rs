//! Texts for what keeps something from being shared, or read by whom it was shared with, and a plan from being made or approved.

use casevault_sync::error::ClientError;

use super::client::{Texts, failure};
use crate::failure::{Exit, Failure};

/// What to say of it.
pub(super) fn failure_of(error: &ClientError) -> Failure {
    failure(match error {
        ClientError::PartnerUnconfirmed => PARTNER_UNCONFIRMED,
        ClientError::PartnerUnreachable => PARTNER_UNREACHABLE,
        ClientError::KeyDue => KEY_DUE,
        ClientError::OldHead => OLD_HEAD,
        ClientError::NoConsent => NO_CONSENT,
        ClientError::NoGuardian => NO_GUARDIAN,
        ClientError::OwnPlan => OWN_PLAN,
        ClientError::HandedOver => HANDED_OVER,
        ClientError::NotOffered => NOT_OFFERED,
        _ => NO_KEY,
    })
}

const PARTNER_UNCONFIRMED: Texts = (
    "partner-unconfirmed",
    Exit::Refused,
    "The partner is not confirmed, so nothing was sealed to it.",
    "Compare casevault org safety-number PARTNER with its people, then an administrator runs casevault org partner confirm PARTNER.",
);
const KEY_DUE: Texts = (
    "key-due",
    Exit::Conflict,
    "Somebody left the team, and it has not changed its keys since: they could still read what is sealed to it. Nothing was sealed.",
    "Try again once a member of that team has synchronised.",
);
const OLD_HEAD: Texts = (
    "old-head",
    Exit::Verification,
    "The key server's newest word about the log is more than an hour away from this device's clock. Nothing was sealed.",
    "Check this device's date and time. If they are right, an old answer was served: tell an administrator.",
);
const NO_KEY: Texts = (
    "no-key",
    Exit::Refused,
    "This device does not have the keys of that team, so it cannot read or write there. Nothing was changed.",
    "If you were added just now, run casevault sync after a member of the team did; otherwise ask an administrator.",
);
const NO_CONSENT: Texts = (
    "no-consent",
    Exit::Refused,
    "No consent in force covers that: this recipient, purpose, document version or field is not in it, or it is over. Nothing was shared.",
    "See casevault consent list. What has changed since needs a new consent: casevault consent give. Without one, a second person \
     has to approve it: casevault share override ask.",
);
const PARTNER_UNREACHABLE: Texts = (
    "partner-unreachable",
    Exit::Unreachable,
    "A server of the partner organisation could not be reached, or does not answer now. What is on record here stays.",
    "Check the connection and run casevault sync: it goes on by itself.",
);
const HANDED_OVER: Texts = (
    "handed-over",
    Exit::Refused,
    "The case was handed over to another team, or is offered to one: this team does not write into it, and offers it to nobody else. Nothing was changed.",
    "See casevault case show. What the other team does stands in the dossier: casevault dossier show. To take the case back: casevault share end.",
);
const NOT_OFFERED: Texts = (
    "not-offered",
    Exit::Refused,
    "The dossier's sender does not offer its case to be taken over, or a colleague has taken it over. Nothing was changed.",
    "See casevault case list. To take on what was asked for without the case: casevault dossier accept.",
);
const NO_GUARDIAN: Texts = (
    "no-guardian",
    Exit::Refused,
    "The person may be a minor, by the birth date or by an assent, and the plan needs a guardian first. Nothing was changed.",
    "Name the guardian with casevault guardian set CASE NAME --relation RELATION, then make the plan.",
);
const OWN_PLAN: Texts = (
    "own-plan",
    Exit::Refused,
    "You made this plan, and nobody approves their own. Nothing was changed.",
    "Ask another supervisor of the team to run casevault plan approve CASE.",
);
