//! What people say about a case's erasure, about a hold on it, and about how long it is to be kept.

use casevault_crypto::erasure::Request;
use casevault_crypto::event::{Body, ErasureAsked, ErasureConfirmed, ErasureTakenBack, LegalHold, Retention};
use casevault_crypto::journal::Place;
use casevault_wire::codec::Text;
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::Delivery;

impl Client {
    /// Asks for a case to be erased; a second person has to confirm it. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Text`] without a reason, [`ClientError::Held`] while the law holds the case, [`ClientError::Conflict`] if it is
    /// asked for already.
    pub async fn erasure_ask(&self, case: &str, reason: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let reason = Text::new(reason.trim()).ok().filter(|text| !text.as_str().is_empty()).ok_or(ClientError::Text)?;
        let place = self.case_place(case).await?;
        self.refuse_if_held(&place).await?;
        if self.requests(&self.team_place(place.team)?)?.of(&place.journal).is_some() {
            return Err(ClientError::Conflict);
        }
        self.say_to_team(&place, ErasureAsked { case: place.journal, reason }.into()).await
    }

    /// Confirms, as a second person, that a case is to be erased. What is shared of it ends at once.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] to whoever asked for it, and to who is no supervisor, lawyer or administrator;
    /// [`ClientError::NoErasure`] if nobody asked for it; [`ClientError::Held`] as before.
    pub async fn erasure_confirm(&self, case: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refuse_if_held(&place).await?;
        // Not offline: its day counts from now, and colleagues have to hear of it.
        self.pull_on(&self.team_place(place.team)?).await?;
        let request = self.request_of(&place).await?;
        self.check_second(&request.person)?;
        let delivery = self.say_to_team(&place, ErasureConfirmed { asked: request.asked }.into()).await?;
        match self.end_all_shares(&place).await {
            Err(ClientError::Unreachable) => Ok(Delivery::Queued),
            other => other.map(|()| delivery),
        }
    }

    /// Takes a request back, confirmed or not; anybody of the team may, until its day.
    ///
    /// # Errors
    /// [`ClientError::NoErasure`] if nobody asked for it.
    pub async fn erasure_take_back(&self, case: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        let request = self.request_of(&place).await?;
        self.say_to_team(&place, ErasureTakenBack { asked: request.asked }.into()).await
    }

    /// Says that the law holds a case, or that it does no longer. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Text`] without a reason.
    pub async fn case_hold(&self, case: &str, on: bool, reason: &str) -> Result<Delivery> {
        let text = Text::new(reason.trim()).ok().filter(|text| !text.as_str().is_empty()).ok_or(ClientError::Text)?;
        self.write_to_case(case, &[LegalHold { on: u8::from(on), text }.into()]).await
    }

    /// Says until when a case is to be kept; nothing for no date. Works offline.
    ///
    /// # Errors
    /// [`ClientError::Text`] if the reason is too long.
    pub async fn case_retain(&self, case: &str, until: Option<Time>, reason: &str) -> Result<Delivery> {
        let text = Text::new(reason.trim()).map_err(|_| ClientError::Text)?;
        self.write_to_case(case, &[Retention { until: until.unwrap_or_default(), text }.into()]).await
    }

    async fn refuse_if_held(&self, place: &Place) -> Result<()> {
        self.refresh_case(place).await?;
        if self.legal_hold(place)?.is_some() { Err(ClientError::Held) } else { Ok(()) }
    }

    /// The request about a case, with what is new of the team's journal where servers answer.
    async fn request_of(&self, place: &Place) -> Result<Request> {
        let team = self.team_place(place.team)?;
        match self.pull_on(&team).await {
            Ok(_) | Err(ClientError::Unreachable) => {}
            Err(error) => return Err(error),
        }
        self.requests(&team)?.of(&place.journal).cloned().ok_or(ClientError::NoErasure)
    }

    async fn say_to_team(&self, place: &Place, body: Body) -> Result<Delivery> {
        let first = self.queue(&self.team_place(place.team)?, &[body])?;
        self.deliver(first).await
    }
}
